/// Why a state file can't be used.
struct StateFileError: Error, CustomStringConvertible {
    var path: String
    var problem: String

    var description: String { "the state file '\(path)' \(problem)" }
}
