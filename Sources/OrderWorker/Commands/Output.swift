import Foundation
import Synchronization

/// Standard output that is seen at once, also through a pipe or in a file, and whose loss is noticed.
enum Output {
    /// Why standard output could not be written, the first time.
    private static let loss = Mutex<Int32?>(nil)

    /// Prints a line.
    ///
    /// What can't be printed doesn't end a command that changes something in the middle: the loss is told at its end.
    static func line(_ text: String) {
        guard !isLost, let number = put("\(text)\n", to: STDOUT_FILENO) else { return }
        loss.withLock { $0 = $0 ?? number }
    }

    /// Whether something that was printed went nowhere, and nothing more is printed.
    static var isLost: Bool { loss.withLock { $0 != nil } }

    /// Tells on standard error that output was lost, if it was.
    ///
    /// Who closed the pipe, as `head` does, knows.
    @discardableResult
    static func tellLoss() -> Bool {
        guard let number = loss.withLock({ $0 }) else { return false }
        if number != EPIPE {
            note("order-worker: standard output can't be written: \(SystemReason.text(number))")
        }
        return true
    }

    /// Tells on standard error how things go, apart from what is printed for programs.
    static func note(_ text: String) {
        // There is nowhere else to tell it.
        _ = put("\(text)\n", to: STDERR_FILENO)
    }

    /// Tells on standard error what a person should know and what does not end the command.
    static func warning(_ text: String) { note("warning: \(text)") }

    /// Writes all of it; answers with the error's number when it can't.
    private static func put(_ text: String, to descriptor: Int32) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if !SystemReason.isPassing(on: descriptor, POLLOUT) {
                return errno
            }
        }
        return nil
    }
}
