import Foundation

/// Why the operating system refused something, in its own words.
enum SystemReason {
    /// The words for an error's number: `No such file or directory`.
    static func text(_ number: Int32) -> String { String(cString: strerror(number)) }

    /// Whether the last call may be made again: it was interrupted, or nothing could be moved just then.
    ///
    /// A terminal or a pipe that another program has made non-blocking is waited for.
    static func isPassing(on descriptor: Int32, _ event: Int32) -> Bool {
        let number = errno
        guard number == EAGAIN else { return number == EINTR }
        var waited = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return poll(&waited, 1, -1) >= 0 || errno == EINTR
    }
}

extension Error {
    /// What the operating system said, where Foundation's error was made of that.
    var systemReason: String {
        if let error = self as? POSIXError { return SystemReason.text(error.code.rawValue) }
        if let reason = (self as? CocoaError)?.underlying?.systemReason { return reason }
        return localizedDescription
    }
}
