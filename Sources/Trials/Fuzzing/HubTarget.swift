import Hub

/// Any bytes as a record that the hub gathers, as a question in words, and as a client's calls.
enum HubTarget {
  static func run(_ input: inout FuzzInput) {
    let kind = input.u8() % 3
    let bytes = input.rest()
    switch kind {
    case 0: _ = HubInputs.rows(ofRecord: bytes)
    case 1: _ = HubInputs.lookups(ofQuestion: String(decoding: bytes, as: UTF8.self))
    default: _ = HubInputs.isTaken(bytes)
    }
  }

  static var seeds: [[UInt8]] {
    let records = RecordTarget.seeds.map { [0] + $0 }
    let questions = [
      "Testow Primerow 1990-05-17", "Тестов Примеров 1990", "محمد بن علي", "NX 12-34567",
      "+31 6 12345678",
      "be68 5390 0754 7034", "nl:x", "nl/1/17", "a@b.example", "testo ct soc audit # x",
      "Imaginary GmbH",
    ].map { [1] + Array($0.utf8) }
    let calls = [
      #"{"method":"org.liaison.Hub.Search","parameters":{"look":{"purpose":"ct","reason":"x"},"text":"x","limit":3}}"#,
      #"{"method":"org.liaison.Hub.CheckDocument","parameters":{"look":{"case":1},"zone":"V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nL8988901C4XXX4009078F9612109<<<<<<<<"}}"#,
      #"{"method":"org.liaison.Hub.Match","parameters":{"look":{},"records":["{}","[]"]},"more":true}"#,
      #"{"method":"org.liaison.Hub.AddWatch","parameters":{"look":{"purpose":"ct","reason":"x"},"name":"Testow Primerow","birth":"1990","document":"NX 123","phone":"+31612345678","threshold":"alert"}}"#,
      #"{"method":"org.liaison.Hub.Screen","parameters":{"look":{},"passengers":[{"line":2,"name":"PRIMEROW/TESTOW MR","birth":"1990-05-17","nationality":"nl"}]}}"#,
      #"{"method":"org.liaison.Hub.ChangeAlerts","parameters":{"alerts":[1,2],"change":"close","outcome":"false"}}"#,
    ].map { [2] + Array($0.utf8) + [0] }
    return records + questions + calls
  }
}
