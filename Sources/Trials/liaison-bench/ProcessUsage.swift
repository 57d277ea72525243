import Foundation

/// The kernel's figures of one process, from `/proc/PID`.
struct ProcessUsage {
  let residentKibibytes: Int
  let peakResidentKibibytes: Int
  /// User and system, in clock ticks.
  let ticks: Int

  static let ticksPerSecond = sysconf(Int32(_SC_CLK_TCK))

  var processorSeconds: Double { Double(ticks) / Double(ProcessUsage.ticksPerSecond) }

  init(of process: Int32) throws {
    let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    residentKibibytes = ProcessUsage.kibibytes("VmRSS:", status)
    peakResidentKibibytes = ProcessUsage.kibibytes("VmHWM:", status)
    let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    // The name in parentheses may hold blanks: what follows it is counted from field 3.
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
      throw BenchError("/proc/\(process)/stat is not understood")
    }
    ticks = user + system
  }

  /// User and system seconds of all processes that this one started and that have ended.
  static func ofChildren() -> Double {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
  }

  private static func kibibytes(_ name: String, _ status: String) -> Int {
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { Int($0.split(whereSeparator: { " \t".contains($0) })[1]) } ?? 0
  }
}
