// Made by Deploy/tables/make_country_table.py from tzdata and iso-codes.

/// A country a line: its code, its letters in documents, and its names as folded words.
enum CountryTable {
  static let text = """
    ad;AND;andorra
    ae;ARE;united arab emirates,uae
    af;AFG;afghanistan
    ag;ATG;antigua and barbuda
    ai;AIA;anguilla
    al;ALB;albania
    am;ARM;armenia
    ao;AGO;angola
    aq;ATA;antarctica
    ar;ARG;argentina
    as;ASM;samoa american
    at;AUT;austria
    au;AUS;australia
    aw;ABW;aruba
    ax;ALA;aland islands
    az;AZE;azerbaijan
    ba;BIH;bosnia and herzegovina,bosnia
    bb;BRB;barbados
    bd;BGD;bangladesh
    be;BEL;belgium
    bf;BFA;burkina faso
    bg;BGR;bulgaria
    bh;BHR;bahrain
    bi;BDI;burundi
    bj;BEN;benin
    bl;BLM;st barthelemy
    bm;BMU;bermuda
    bn;BRN;brunei,brunei darussalam
    bo;BOL;bolivia,plurinational state of bolivia,bolivia plurinational state of
    bq;BES;caribbean nl
    br;BRA;brazil
    bs;BHS;bahamas
    bt;BTN;bhutan
    bv;BVT;bouvet island
    bw;BWA;botswana
    by;BLR;belarus
    bz;BLZ;belize
    ca;CAN;canada
    cc;CCK;cocos keeling islands,cocos
    cd;COD,ZAR;congo dem rep,democratic republic of the congo,dr congo,congo democratic republic of the
    cf;CAF;central african rep,central african republic
    cg;COG;congo rep,congo,republic of the congo,congo brazzaville
    ch;CHE;switzerland
    ci;CIV;cote divoire,ivory coast
    ck;COK;cook islands
    cl;CHL;chile
    cm;CMR;cameroon
    cn;CHN;china
    co;COL;colombia
    cr;CRI;costa rica
    cu;CUB;cuba
    cv;CPV;cape verde,cabo verde
    cw;CUW;curacao
    cx;CXR;christmas island
    cy;CYP;cyprus
    cz;CZE;czech republic,czechia
    de;DEU,D;germany
    dj;DJI;djibouti
    dk;DNK;denmark
    dm;DMA;dominica
    do;DOM;dominican republic
    dz;DZA;algeria
    ec;ECU;ecuador
    ee;EST;estonia
    eg;EGY;egypt
    eh;ESH;western sahara
    er;ERI;eritrea
    es;ESP;spain
    et;ETH;ethiopia
    fi;FIN;finland
    fj;FJI;fiji
    fk;FLK;falkland islands
    fm;FSM;micronesia,micronesia federated states of
    fo;FRO;faroe islands
    fr;FRA;france
    ga;GAB;gabon
    gb;GBR,GBD,GBN,GBO,GBP,GBS;britain uk,britain,united kingdom,uk,great britain,england,united kingdom of great britain and northern ireland
    gd;GRD;grenada
    ge;GEO;georgia
    gf;GUF;french guiana
    gg;GGY;guernsey
    gh;GHA;ghana
    gi;GIB;gibraltar
    gl;GRL;greenland
    gm;GMB;gambia,the gambia
    gn;GIN;guinea
    gp;GLP;guadeloupe
    gq;GNQ;equatorial guinea
    gr;GRC;greece
    gs;SGS;south georgia and the south sandwich islands
    gt;GTM;guatemala
    gu;GUM;guam
    gw;GNB;guinea bissau
    gy;GUY;guyana
    hk;HKG;hong kong,hong kong sar
    hm;HMD;heard island and mcdonald islands
    hn;HND;honduras
    hr;HRV;croatia
    ht;HTI;haiti
    hu;HUN;hungary
    id;IDN;indonesia
    ie;IRL;ireland
    il;ISR;israel
    im;IMN;isle of man
    in;IND;india
    io;IOT;british indian ocean territory
    iq;IRQ;iraq
    ir;IRN;iran,iran islamic republic of,islamic republic of iran
    is;ISL;iceland
    it;ITA;italy
    je;JEY;jersey
    jm;JAM;jamaica
    jo;JOR;jordan
    jp;JPN;japan
    ke;KEN;kenya
    kg;KGZ;kyrgyzstan,kyrgyz republic
    kh;KHM;cambodia
    ki;KIR;kiribati
    km;COM;comoros
    kn;KNA;st kitts and nevis,saint kitts and nevis
    kp;PRK;korea north,democratic peoples republic of korea,north korea,dprk
    kr;KOR;korea south,republic of korea,south korea
    kw;KWT;kuwait
    ky;CYM;cayman islands
    kz;KAZ;kazakhstan
    la;LAO;laos,lao peoples democratic republic
    lb;LBN;lebanon
    lc;LCA;st lucia,saint lucia
    li;LIE;liechtenstein
    lk;LKA;sri lanka
    lr;LBR;liberia
    ls;LSO;lesotho
    lt;LTU;lithuania
    lu;LUX;luxembourg
    lv;LVA;latvia
    ly;LBY;libya,libyan arab jamahiriya
    ma;MAR;morocco
    mc;MCO;monaco
    md;MDA;moldova,republic of moldova
    me;MNE;montenegro
    mf;MAF;st martin french,st martin
    mg;MDG;madagascar
    mh;MHL;marshall islands
    mk;MKD;north macedonia,macedonia,the former yugoslav republic of macedonia
    ml;MLI;mali
    mm;MMR;myanmar burma,myanmar,burma
    mn;MNG;mongolia
    mo;MAC;macau
    mp;MNP;northern mariana islands
    mq;MTQ;martinique
    mr;MRT;mauritania
    ms;MSR;montserrat
    mt;MLT;malta
    mu;MUS;mauritius
    mv;MDV;maldives
    mw;MWI;malawi
    mx;MEX;mexico
    my;MYS;malaysia
    mz;MOZ;mozambique
    na;NAM;namibia
    nc;NCL;new caledonia
    ne;NER;niger
    nf;NFK;norfolk island
    ng;NGA;nigeria
    ni;NIC;nicaragua
    nl;NLD;netherlands,the netherlands,holland
    no;NOR;norway
    np;NPL;nepal
    nr;NRU;nauru
    nu;NIU;niue
    nz;NZL;new zealand
    om;OMN;oman
    pa;PAN;panama
    pe;PER;peru
    pf;PYF;french polynesia
    pg;PNG;papua new guinea
    ph;PHL;philippines
    pk;PAK;pakistan
    pl;POL;poland
    pm;SPM;st pierre and miquelon
    pn;PCN;pitcairn
    pr;PRI;puerto rico
    ps;PSE;palestine,state of palestine,occupied palestinian territory
    pt;PRT;portugal
    pw;PLW;palau
    py;PRY;paraguay
    qa;QAT;qatar
    re;REU;reunion
    ro;ROU,ROM;romania
    rs;SRB;serbia
    ru;RUS;russia,russian federation
    rw;RWA;rwanda
    sa;SAU;saudi arabia
    sb;SLB;solomon islands
    sc;SYC;seychelles
    sd;SDN;sudan
    se;SWE;sweden
    sg;SGP;singapore
    sh;SHN;st helena
    si;SVN;slovenia
    sj;SJM;svalbard and jan mayen
    sk;SVK;slovakia
    sl;SLE;sierra leone
    sm;SMR;san marino
    sn;SEN;senegal
    so;SOM;somalia
    sr;SUR;suriname
    ss;SSD;south sudan
    st;STP;sao tome and principe
    sv;SLV;el salvador
    sx;SXM;st maarten dutch,st maarten
    sy;SYR;syria,syrian arab republic
    sz;SWZ;eswatini swaziland,eswatini,swaziland
    tc;TCA;turks and caicos is
    td;TCD;chad
    tf;ATF;french s terr
    tg;TGO;togo
    th;THA;thailand
    tj;TJK;tajikistan
    tk;TKL;tokelau
    tl;TLS,TMP;east timor,timor leste
    tm;TKM;turkmenistan
    tn;TUN;tunisia
    to;TON;tonga
    tr;TUR;turkey,turkiye
    tt;TTO;trinidad and tobago
    tv;TUV;tuvalu
    tw;TWN;taiwan
    tz;TZA;tanzania,united republic of tanzania
    ua;UKR;ukraine
    ug;UGA;uganda
    um;UMI;us minor outlying islands
    us;USA;united states,united states of america,usa
    uy;URY;uruguay
    uz;UZB;uzbekistan
    va;VAT;vatican city,holy see
    vc;VCT;st vincent,saint vincent and the grenadines
    ve;VEN;venezuela,venezuela bolivarian republic of,bolivarian republic of venezuela
    vg;VGB;virgin islands uk
    vi;VIR;virgin islands us
    vn;VNM;vietnam,viet nam
    vu;VUT;vanuatu
    wf;WLF;wallis and futuna
    ws;WSM;samoa western,samoa
    xk;RKS,XKX;kosovo
    ye;YEM;yemen
    yt;MYT;mayotte
    za;ZAF;south africa
    zm;ZMB;zambia
    zw;ZWE;zimbabwe
    """
}
