/// Why bytes are no JSON, and at which byte.
struct JSONSyntaxError: Error, Equatable {
    var reason: String
    var offset: Int
}
