import Foundation

/// Standard output that is seen at once, also through a pipe or in a file.
enum Output {
    /// Prints a line.
    static func line(_ text: String) {
        print(text)
        // The name `stdout` is a global variable that Swift 6 doesn't let through; all streams include it.
        fflush(nil)
    }

    /// Tells on standard error how things go, apart from what is printed for programs.
    static func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// Tells on standard error what a person should know and what does not end the command.
    static func warning(_ text: String) {
        FileHandle.standardError.write(Data("warning: \(text)\n".utf8))
    }
}
