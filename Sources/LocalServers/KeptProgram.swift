public import Foundation

/// A program that runs as a child of this process, with its output in a file, and ends when this process does.
public final class KeptProgram: Sendable {
    /// Why it didn't start, or didn't do what was asked.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Its process id.
    public let pid: Int32
    /// What it has written, standard output and error together.
    public let logFile: URL
    private let keeper: KeptProcess

    /// Starts `executable` with the environment of this process and `environment` over it.
    public static func start(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        logFile: URL
    ) async throws -> KeptProgram {
        let keeper = try KeptProcess(
            script: script,
            arguments: [logFile.path, executable] + arguments,
            environment: environment
        )
        guard let pid = await keeper.readLine(within: 20).flatMap(Int32.init) else {
            throw Failure(description: "\(executable) was not started")
        }
        return KeptProgram(pid: pid, logFile: logFile, keeper: keeper)
    }

    private init(pid: Int32, logFile: URL, keeper: KeptProcess) {
        self.pid = pid
        self.logFile = logFile
        self.keeper = keeper
    }

    /// What it has written so far.
    public var log: String { (try? String(contentsOf: logFile, encoding: .utf8)) ?? "" }

    /// Sends a signal, such as `TERM`, `KILL` or `STOP`.
    public func signal(_ name: String) { keeper.writeLine("signal \(name)") }

    /// Waits until it has ended, and answers with its exit status (128 + the signal's number when one ended it).
    public func exitStatus() async throws -> Int {
        keeper.writeLine("wait")
        guard let line = await keeper.readLine(within: 120), let status = Int(line) else {
            throw Failure(description: "process \(pid) did not end within 120 s")
        }
        return status
    }

    /// Ends it with SIGTERM, and with SIGKILL when it takes too long; returns when it is gone.
    public func end() async { await keeper.end() }

    /// Begins to end it, and returns at once: for a `defer`, which can't wait.
    ///
    /// Also happens when this process ends, which waits for it then.
    public func letGo() { keeper.letGo() }

    /// Arguments: log file, program, its arguments.
    ///
    /// Says the pid; obeys `signal NAME` and `wait`; ends the program when its input ends.
    private static let script = #"""
        # Bash would announce on ours what was killed.
        exec 2> /dev/null
        log=$1
        shift
        "$@" < /dev/null >> "$log" 2>&1 &
        pid=$!
        echo $pid
        # Its state and when it began, in clock ticks: a number that has been given to another process since is not it.
        look() {
          local stat fields
          { read -r stat < /proc/$pid/stat; } 2> /dev/null || return 1
          read -r -a fields <<< "${stat##*) }"
          state=${fields[0]} began=${fields[19]}
        }
        look && born=$began
        is_there() { look && [ "$state" != Z ] && [ "$began" = "$born" ]; }
        send() { is_there && kill "-$1" $pid 2> /dev/null; }
        waits= line=
        # Never waits for the program alone: signals and the end of the input must be seen meanwhile.
        while true; do
          IFS= read -r -t 0.1 part
          status=$?
          # On a busy machine the time can be over in the middle of a line: the rest of it comes next.
          line+=$part
          if [ $status -eq 0 ]; then
            case $line in
              "signal "*) send "${line#signal }" ;;
              wait) waits=yes ;;
            esac
            line=
          elif [ $status -le 128 ]; then
            break
          fi
          if [ "$waits" ] && ! is_there; then
            wait $pid
            echo $?
            waits=
          fi
        done
        send CONT
        send TERM
        for _ in {1..300}; do
          is_there || break
          sleep 0.1
        done
        send KILL
        # A process whose first thread has ended may still have its sockets.
        wait $pid
        """#
}
