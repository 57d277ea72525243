import Testing

@testable import Matching

/// Names are invented; each is the case of a rule.
@Suite("Protocols/matching.md, 3 to 5: names that are one, and names that are not")
struct NameRuleTests {
  static let review = 0.70

  static func score(_ a: String, _ b: String) -> Double {
    Matcher.score(FoldedName(a), FoldedName(b))
  }

  @Test(
    "MAT-10 to MAT-41: ways to write one name",
    arguments: [
      // Order, commas, capitals, accents, titles.
      ("Testova, Darina", "Darina Testova"), ("DARINA TESTOVA", "Darina Testová"),
      ("Dr. Darina Testova", "Darina Testova"), ("Sheikh Karim Muster", "Karim Muster"),
      // Initials.
      ("D. Testova", "Darina Testova"), ("JC Muster", "Jean-Claude Muster"),
      ("J.-C. Muster", "Jean-Claude Muster"),
      // Typing errors: left out, doubled, exchanged, beside the right key, a digit for a letter.
      ("Darina Tesova", "Darina Testova"), ("Darrina Testova", "Darina Testova"),
      ("Dairna Testova", "Darina Testova"), ("Datina Testova", "Darina Testova"),
      ("Dar1na Test0va", "Darina Testova"),
      // Written together or apart.
      ("DarinaTestova", "Darina Testova"), ("Abdurrahman Muster", "Abdul Rahman Muster"),
      ("Najib Ullah Muster", "Najibullah Muster"), ("Salah al-Din Muster", "Salahuddin Muster"),
      ("Abd al-Karim Muster", "Abdelkarim Muster"), ("Abdullah Muster", "Abd Allah Muster"),
      // Particles come and go.
      ("Karim al-Muster", "Karim Muster"), ("Karim bin Yusuf Muster", "Karim Yusuf Muster"),
      ("Jan van der Muster", "Jan Muster"),
      // More words on one side: a father's name, a second given name.
      ("Ivan Testov", "Ivan Petrovich Testov"), ("Maria Testova", "Maria Elena Testova"),
      // Transliterations of one name.
      ("Mohammed Muster", "Muhammad Muster"), ("Qassem Muster", "Kasim Muster"),
      ("Yusuf Muster", "Youssef Muster"), ("Hussein Muster", "Husayn Muster"),
      ("Aleksandr Testov", "Alexander Testov"), ("Dmitriy Testov", "Dimitri Testov"),
      // One name in another language, and short forms.
      ("Bill Muster", "William Muster"), ("Bob Muster", "Robert Muster"),
      // Other scripts.
      ("Дарина Тестова", "Darina Testova"), ("Иван Тестов", "Ivan Testov"),
      ("محمد يوسف", "Mohammed Yusuf"), ("عبد الرحمن خالد", "Abdurrahman Khaled"),
      ("نجيب الله كريم", "Najibullah Karim"), ("صلاح الدين حسن", "Salahuddin Hassan"),
      ("ابو بكر الحسن", "Abu Bakr al-Hassan"), ("דוד לוי", "David Levi"),
      ("Νίκος Παππάς", "Nikos Pappas"), ("Μπάμπης Ντούκας", "Babis Doukas"),
      ("김민준", "Kim Min-jun"), ("이서연", "Lee Seo-yeon"), ("王小明", "Wang Xiaoming"),
      ("राम शर्मा", "Ram Sharma"), ("আব্দুল করিম", "Abdul Karim"), ("ბარაკ ობამა", "Barak Obama"),
      ("ダニエル・ミュラー", "Daniel Mura"),
      // A text that changed its direction.
      ("anirad Testova", "Darina Testova"),
    ])
  func alike(_ pair: (String, String)) {
    #expect(Self.score(pair.0, pair.1) >= Self.review, "\(pair)")
    #expect(Self.score(pair.1, pair.0) >= Self.review, "\(pair), exchanged")
  }

  @Test(
    "MAT-42 to MAT-52: what contradicts",
    arguments: [
      // Another given or family name, however much else agrees.
      ("Darina Testova", "Ludmila Testova"), ("Darina Testova", "Darina Beispiel"),
      ("Abdul Rahman Muster", "Abdul Rashid Muster"),
      ("Karim Yusuf Hassan Muster", "Karim Yusuf Khaled Muster"),
      // Another patronymic.
      ("Ivan Petrovich Testov", "Ivan Sergeyevich Testov"),
      // Father and son.
      ("Omar bin Khalid", "Khalid bin Omar"),
      // Another initial.
      ("Darina B. Testova", "Darina K. Testova"),
      // One shared word of several; joints alone.
      ("Karim Muster", "Karim Yusuf al-Beispiel"), ("Abu Bakr al-Muster", "Umm Hani al-Beispiel"),
      ("bin al", "bin al Muster"),
      // Married names: nothing in common but the given name is not enough.
      ("Darina Testova", "Darina Ehrlich"),
      // Signs are syllables with a meaning.
      ("김민준", "김민서"), ("王小明", "王大明"),
      // Single words that are not alike.
      ("Darina", "Ludmila"), ("Omar", "Amir"),
    ])
  func different(_ pair: (String, String)) {
    #expect(Self.score(pair.0, pair.1) < Self.review, "\(pair)")
    #expect(Self.score(pair.1, pair.0) < Self.review, "\(pair), exchanged")
  }

  @Test("MAT-47: given and family name exchanged count only where both records say which is which")
  func exchanged() {
    let a = FoldedName("Friedrich Hans", given: "Friedrich", family: "Hans")
    let b = FoldedName("Hans Friedrich", given: "Hans", family: "Friedrich")
    #expect(Matcher.score(a, b) < Self.review)
    #expect(Matcher.score(a, FoldedName("Hans Friedrich")) == 1)
    #expect(
      Matcher.score(a, FoldedName("Hans Friedrich", given: "Friedrich", family: "Hans")) == 1)
  }
}
