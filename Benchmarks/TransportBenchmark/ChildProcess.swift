import Glibc

/// What one run of a program cost.
struct RunCost {
    /// From start to exit.
    var seconds: Double
    /// Processor time of the process, in user and system mode.
    var processorSeconds: Double
}

/// Why a run is no measurement.
struct RunFailure: Error, CustomStringConvertible {
    let description: String
}

/// A program that runs beside this one, next to it in the build folder.
struct ChildProcess {
    let pid: pid_t
    private let start: ContinuousClock.Instant
    private let program: String

    init(_ program: String, _ arguments: [String]) throws {
        let folder = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let path = (folder + [Substring(program)]).joined(separator: "/")
        var pid: pid_t = 0
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        start = .now
        let status = posix_spawn(&pid, path, nil, nil, &words, environ)
        guard status == 0 else {
            throw RunFailure(description: "\(path) can't be started: \(String(cString: strerror(status)))")
        }
        self.pid = pid
        self.program = program
    }

    /// Waits for its end and says what it cost; throws when it failed.
    func cost() throws -> RunCost {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw RunFailure(description: "\(program) can't be waited for") }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        guard status == 0 else { throw RunFailure(description: "\(program) ended with status \(status)") }
        return RunCost(
            seconds: seconds,
            processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds
        )
    }

    /// The resident size now, in bytes; `nil` when the process has ended.
    var residentBytes: Int? {
        guard let file = fopen("/proc/\(pid)/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let words = text.split(separator: " ")
        // A process that has ended and was not waited for has no pages.
        guard words.count > 1, let pages = Int(words[1]), pages > 0 else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}
