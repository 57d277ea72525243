/// Headers by what they say, in each language. They are folded before they are compared (LIST-31),
/// so that case, accents, spaces and punctuation do not count; a header with the same letters in
/// two languages stands where it comes first.
enum HeaderTable {
  struct Row: Sendable {
    /// nil: a column that is known, and not read.
    let column: ListColumn?
    let language: ListLanguage
    let headers: [Substring]
  }

  /// A row a line: the column, the language, and headers with semicolons between them.
  static let text = """
    name en name; full name; passenger name; passenger; name of passenger; pax name; pax; traveller
    name en traveler; traveller name; traveler name; passenger full name; guest name; crew name; name in full
    name fr nom; nom complet; nom et prénom; nom et prénoms; nom prénom; nom du passager; passager; voyageur
    name fr noms et prénoms
    name de vollständiger name; passagier; fluggast; reisender; name und vorname; name vorname; vor und nachname
    name es nombre completo; nombre y apellido; nombre y apellidos; apellidos y nombre; apellidos y nombres; pasajero; nombre del pasajero; viajero
    name pl imię i nazwisko; nazwisko i imię; pasażer; pełne imię i nazwisko; imiona i nazwisko
    name cs jméno a příjmení; příjmení a jméno; cestující; celé jméno
    name ru фио; ф.и.о.; полное имя; фамилия имя отчество; фамилия имя; фамилия и имя; имя и фамилия; пассажир
    name ru фио пассажира
    name ar الاسم الكامل; الاسم; اسم المسافر; اسم الراكب; المسافر; الراكب; الاسم بالكامل; الاسم الثلاثي
    name ar الاسم الرباعي
    name tr ad soyad; adı soyadı; ad soyadı; isim soyisim; adı ve soyadı; yolcu; yolcu adı; yolcu adı soyadı
    name tr tam ad; isim
    surname en surname; last name; family name; lastname; passenger surname; surname(s); family; pax surname
    surname en passenger last name
    surname fr nom de famille; nom patronymique; nom d'usage; nom usuel
    surname de nachname; familienname; zuname
    surname es apellido; apellidos; primer apellido; apellido(s); apellido paterno
    surname pl nazwisko
    surname cs příjmení
    surname ru фамилия
    surname ar اللقب; اسم العائلة; العائلة; الكنية; الشهرة; لقب العائلة
    surname tr soyad; soyadı; soyisim; soy ad; soy isim
    surname2 es segundo apellido; apellido materno
    given en given name; given names; first name; forename; forenames; first names; given name(s); given
    given en christian name; passenger first name
    given fr prénom; prénoms; prénom(s)
    given de vorname; vornamen; rufname; vorname(n)
    given es nombre; nombres; nombre(s); nombre de pila; primer nombre
    given pl imię; imiona; imię (imiona); pierwsze imię
    given cs jméno; jména; křestní jméno
    given ru имя; имена
    given ar الاسم الأول; الاسم الشخصي; الاسم الاول; الأسماء
    given tr ad; adı; adları; ön ad; ilk ad
    middle en middle name; middle names; second name; father name; patronymic
    middle fr deuxième prénom; second prénom; autres prénoms
    middle de zweiter vorname; weitere vornamen; mittelname
    middle es segundo nombre
    middle pl drugie imię
    middle ru отчество
    middle ar اسم الأب; الاسم الثاني; الاسم الأوسط
    middle tr ikinci ad; ikinci adı; orta ad
    birth en date of birth; dob; d.o.b.; birth date; birthday; birth; born; date birth
    birth en passenger date of birth; birthdate
    birth fr date de naissance; naissance; né le; né(e) le; date naissance; ddn
    birth de geburtsdatum; geburtstag; geboren; geboren am; geb; geb.datum; geb.-dat.
    birth es fecha de nacimiento; nacimiento; fecha nacimiento; f. nacimiento; fec. nac.
    birth pl data urodzenia; data ur.; urodzony; ur.
    birth cs datum narození; narozen
    birth ru день рождения; дата рождения; рождение; д.р.; др; дата рожд.; родился
    birth ar تاريخ الميلاد; تاريخ الولادة; الميلاد; تاريخ الازدياد; تاريخ ميلاد
    birth tr doğum tarihi; doğum günü; doğum
    birth-day en day of birth
    birth-day fr jour de naissance
    birth-day de tag der geburt
    birth-day es día de nacimiento
    birth-day pl dzień urodzenia
    birth-day ar يوم الميلاد; يوم الولادة
    birth-month en month of birth; birth month
    birth-month fr mois de naissance
    birth-month de geburtsmonat
    birth-month es mes de nacimiento
    birth-month pl miesiąc urodzenia
    birth-month ru месяц рождения
    birth-month ar شهر الميلاد; شهر الولادة
    birth-month tr doğum ayı
    birth-year en year of birth; birth year; yob
    birth-year fr année de naissance
    birth-year de geburtsjahr; jahrgang
    birth-year es año de nacimiento
    birth-year pl rok urodzenia
    birth-year cs rok narození
    birth-year ru год рождения
    birth-year ar سنة الميلاد; سنة الولادة
    birth-year tr doğum yılı
    sex en sex; gender; m/f
    sex fr sexe; genre
    sex de geschlecht
    sex es sexo; género
    sex pl płeć
    sex cs pohlaví
    sex ru пол
    sex ar الجنس; النوع
    sex tr cinsiyet; cinsiyeti
    nationality en nationality; citizenship; nat; nationality code; country of citizenship; nation; citizen of; country of nationality
    nationality fr nationalité; citoyenneté
    nationality de staatsangehörigkeit; nationalität; staatsbürgerschaft; staatsang.
    nationality es nacionalidad; ciudadanía
    nationality pl obywatelstwo; narodowość
    nationality cs státní příslušnost; národnost; občanství
    nationality ru гражданство; национальность
    nationality ar الجنسية; جنسية
    nationality tr uyruk; uyruğu; milliyet; vatandaşlık
    document en document number; passport number; passport; passport no; document no; document; travel document; travel document number
    document en doc no; doc number; doc; document id; passport nr; passport num; id number; pp no
    document en pp number; ppt no; travel document no; passport/id
    document fr numéro de passeport; passeport; n° de passeport; n° passeport; numéro du document; n° de document; document de voyage; numéro de document
    document fr numéro passeport; n° document; no passeport; no de passeport; numéro du passeport
    document de passnummer; reisepass; reisepassnummer; dokumentennummer; dokumentnummer; pass; pass nr; ausweisnummer
    document de pass-nr.; reisepass nr; dokument; dokument nr; ausweis
    document es número de pasaporte; pasaporte; n° de pasaporte; nº de pasaporte; nº pasaporte; número de documento; documento; nº documento
    document es número pasaporte; número documento; documento de viaje; nº de documento
    document pl numer paszportu; paszport; nr paszportu; numer dokumentu; nr dokumentu; seria i numer dokumentu; seria i numer paszportu
    document cs číslo pasu; pas; číslo dokladu; cestovní doklad; číslo cestovního dokladu
    document ru номер паспорта; паспорт; номер документа; № паспорта; № документа; документ; серия и номер паспорта; серия и номер документа
    document ar رقم الجواز; رقم جواز السفر; جواز السفر; رقم الوثيقة; الجواز; رقم وثيقة السفر; رقم الجواز السفر
    document tr pasaport no; pasaport numarası; pasaport; belge no; belge numarası; seyahat belgesi no
    document-type en document type; type of document; doc type; travel document type; passport type; id type
    document-type fr type de document; type document; nature du document
    document-type de dokumententyp; dokumenttyp; art des dokuments; dokumentart; ausweisart
    document-type es tipo de documento; tipo documento
    document-type pl rodzaj dokumentu; typ dokumentu
    document-type cs druh dokladu; typ dokladu
    document-type ru тип документа; вид документа
    document-type ar نوع الوثيقة; نوع المستند; نوع الجواز
    document-type tr belge türü; belge tipi; pasaport türü
    issuer en issuing country; country of issue; issuing state; issued by; issuer; issuing authority; document country; passport country
    issuer en document issuing country; passport issuing country; place of issue; issue country; doc country; document issue country
    issuer fr pays de délivrance; pays émetteur; pays d'émission; délivré par; état émetteur; lieu de délivrance
    issuer de ausstellungsland; ausstellender staat; ausstellerstaat; ausstellungsstaat; ausgestellt von
    issuer es país de expedición; país emisor; país de emisión; expedido por; lugar de expedición
    issuer pl kraj wydania; państwo wydania; państwo wydające; wydany przez; kraj wystawienia
    issuer cs země vydání; vydal; stát vydání
    issuer ru страна выдачи; кем выдан; государство выдачи; выдан; место выдачи
    issuer ar بلد الإصدار; جهة الإصدار; دولة الإصدار; مكان الإصدار
    issuer tr veren ülke; düzenleyen ülke; veriliş yeri; veren makam
    expiry en expiry; expiry date; date of expiry; expiration date; expiration; valid until; expires; valid to
    expiry en passport expiry; passport expiry date; document expiry; document expiry date; doc expiry; doc expiry date; date of expiration; document expiration date
    expiry en exp date; valid till
    expiry fr date d'expiration; expiration; date de validité; valable jusqu'au; expire le; validité
    expiry de gültig bis; ablaufdatum; gültigkeit; läuft ab
    expiry es fecha de caducidad; caducidad; fecha de vencimiento; vencimiento; válido hasta; fecha de expiración
    expiry pl data ważności; ważny do; termin ważności; data upływu ważności
    expiry cs platnost do; datum platnosti; platnost
    expiry ru срок действия; действителен до; годен до; дата окончания срока действия; дата окончания; действует до
    expiry ar تاريخ الانتهاء; تاريخ انتهاء الصلاحية; صالح حتى; تاريخ انتهاء الجواز; تاريخ نهاية الصلاحية
    expiry tr son geçerlilik tarihi; geçerlilik tarihi; geçerlilik; bitiş tarihi; son kullanma tarihi
    flight en flight; flight number; flight no; flt; flt no; flight nr
    flight fr vol; numéro de vol; n° de vol; n° vol
    flight de flug; flugnummer; flug nr
    flight es vuelo; número de vuelo; nº de vuelo; nº vuelo
    flight pl lot; numer lotu; nr lotu
    flight cs let; číslo letu
    flight ru рейс; номер рейса; № рейса
    flight ar الرحلة; رقم الرحلة; رقم رحلة
    flight tr uçuş; uçuş no; uçuş numarası; sefer; sefer no
    departure en flight date; departure date; date of departure; departure; travel date; date of flight; std; dep date
    departure en date of travel
    departure fr date de départ; départ; date du vol; date de vol; date de voyage
    departure de abflugdatum; abflug; flugdatum; reisedatum; datum des fluges
    departure es fecha de salida; salida; fecha de vuelo; fecha del vuelo; fecha de viaje
    departure pl data wylotu; wylot; data lotu; data podróży
    departure cs datum odletu; odlet; datum letu
    departure ru дата вылета; вылет; дата рейса; дата полета; дата отправления
    departure ar تاريخ المغادرة; تاريخ الرحلة; تاريخ السفر; المغادرة; تاريخ الاقلاع
    departure tr kalkış tarihi; uçuş tarihi; kalkış; sefer tarihi
    - en seat; seat number; seat no; pnr; booking; booking reference; booking ref; booking code
    - en record locator; reservation; remarks; remark; notes; comment; comments; no
    - en nr; num; number; number of; #; s/n; sn; serial
    - en ordinal; seq; sequence; sequence number; item; id; title; salutation
    - en ticket; ticket number; class; cabin; age; phone; telephone; mobile
    - en email; e-mail; address; bags; baggage; baggage weight; weight; meal
    - en pax type; passenger type; type; status; from; to; origin; destination
    - en gate; terminal; place of birth; birth place; country of birth; country of residence; residence; date of issue
    - en issue date; group; gate number; ssr; frequent flyer; boarding; boarding number; check in
    - en visa; visa number; price; fare; agency; arrival; arrival date
    - fr siège; place; réservation; n° de réservation; remarques; remarque; observations; n°
    - fr n° d'ordre; civilité; titre; billet; classe; âge; lieu de naissance; date de délivrance
    - fr adresse; téléphone; bagages; pays de naissance; pays de résidence; dossier; numéro; arrivée
    - de sitz; sitzplatz; buchung; buchungsnummer; buchungscode; bemerkung; bemerkungen; anmerkung
    - de anmerkungen; lfd. nr.; anrede; titel; ticketnummer; klasse; alter; geburtsort
    - de geburtsland; ausstellungsdatum; wohnort; telefon; adresse; gepäck; nummer; ankunft
    - de wohnsitz
    - es asiento; reserva; localizador; observaciones; comentarios; nº; núm.; tratamiento
    - es título; billete; clase; edad; lugar de nacimiento; fecha de expedición; teléfono; dirección
    - es equipaje; país de nacimiento; residencia; número; llegada; fecha de emisión
    - pl miejsce; rezerwacja; numer rezerwacji; uwagi; lp; l.p.; tytuł; bilet
    - pl klasa; wiek; miejsce urodzenia; data wydania; telefon; adres; bagaż; numer
    - pl przylot
    - cs sedadlo; rezervace; poznámka; poznámky; poř. č.; č.; titul; letenka
    - cs třída; věk; místo narození; datum vydání
    - ru место; бронь; бронирование; номер брони; примечание; примечания; №; № п/п
    - ru п/п; обращение; билет; номер билета; класс; возраст; место рождения; дата выдачи
    - ru телефон; адрес; багаж; номер; прилет
    - ar المقعد; رقم المقعد; الحجز; رقم الحجز; ملاحظات; الملاحظات; م; رقم
    - ar الرقم; التسلسل; ت; التذكرة; رقم التذكرة; الدرجة; العمر; مكان الميلاد
    - ar مكان الولادة; تاريخ الإصدار
    - tr koltuk; koltuk no; rezervasyon; rezervasyon no; notlar; açıklama; sıra; sıra no
    - tr unvan; bilet; bilet no; sınıf; yaş; doğum yeri; veriliş tarihi; numara
    - tr varış
    """

  static var rows: [Row] {
    text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 2)
      guard parts.count == 3, let language = ListLanguage(rawValue: String(parts[1])) else {
        preconditionFailure("a row of headers has three parts")
      }
      let column = ListColumn(rawValue: String(parts[0]))
      precondition(column != nil || parts[0] == "-")
      return Row(column: column, language: language, headers: parts[2].split(separator: ";"))
    }
  }
}
