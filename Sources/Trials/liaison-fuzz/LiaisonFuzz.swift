import Fuzzing
import Glibc

/// The function that libFuzzer's own `main` calls for each input. `LIAISON_FUZZ_TARGET` names the
/// target (docs/fuzzing.md).
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  target.run(input)
  return 0
}

private let target: FuzzTarget = {
  let name = unsafe getenv("LIAISON_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    print("LIAISON_FUZZ_TARGET is '\(name)', and none of \(known)")
    exit(64)
  }
  return target
}()
