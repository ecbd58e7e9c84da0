import CPostgres
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where the server is and how it is reached: an address as libpq reads it, with what this program adds.
struct ConnectionParameters: Sendable {
    /// All of them, with the servers among them.
    let servers: ServerList
    /// The server that is asked first.
    let first = FirstServer()
    /// The server and the database, for people: no user, no password.
    let place: String

    /// The address is wrong.
    struct Problem: Error, Hashable {
        /// What is wrong with it; never holds the password.
        var reason: String
    }

    init(url: String) throws(Problem) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            defer { PQfreemem(message) }
            // libpq may show the whole address, with its password.
            throw Problem(reason: ServerConnection.sentence(message).replacing(url, with: "…"))
        }
        defer { PQconninfoFree(options) }
        var values: [(name: String, value: String)] = []
        var option = options
        while let name = option.pointee.keyword {
            if let value = option.pointee.val {
                values.append((String(cString: name), String(cString: value)))
            }
            option += 1
        }
        let given = Dictionary(values) { $1 }
        let host = given["host"] ?? given["hostaddr"] ?? getenv("PGHOST").map { String(cString: $0) } ?? "localhost"
        let port = given["port"].map { ":\($0)" } ?? ""
        place = "\(host)\(port)/\(given["dbname"] ?? given["user"] ?? "")"
        // What is in the address counts more than what this program prefers.
        for (name, value) in Self.preferred where given[name] == nil { values.append((name, value)) }
        // Of several servers only one takes writes; after a failover it is another one.
        if host.contains(","), given["target_session_attrs"] == nil {
            values.append(("target_session_attrs", "read-write"))
        }
        servers = ServerList(values)
    }

    private static let preferred = [
        ("application_name", "order-worker"), ("connect_timeout", "10"), ("keepalives_idle", "10"),
        ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
        ("client_encoding", "UTF8"),
    ]
}

/// The server with which to begin, for everybody who connects with the same parameters: the one with which an attempt
/// began that led to a connection.
///
/// Otherwise each would wait again for one that says nothing.
final class FirstServer: Sendable {
    private let stored = Atomic(0)

    var index: Int { stored.load(ordering: .relaxed) }

    func answered(_ index: Int) { stored.store(index, ordering: .relaxed) }
}

extension ServerList {
    /// The names and values as libpq takes them: two arrays, each with a null at its end.
    func withCStrings<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        let names = values.map { strdup($0.name) }
        let contents = values.map { strdup($0.value) }
        defer { for text in names + contents { free(text) } }
        return (names.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { names in
            (contents.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { contents in
                // Each has an element at least, so there is a first one.
                withUnsafePointers(names, contents, body)
            }
        }
    }

    private func withUnsafePointers<Result>(
        _ names: UnsafeBufferPointer<UnsafePointer<CChar>?>,
        _ contents: UnsafeBufferPointer<UnsafePointer<CChar>?>,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        var nothing: UnsafePointer<CChar>?
        return withUnsafePointer(to: &nothing) { empty in
            body(names.baseAddress ?? empty, contents.baseAddress ?? empty)
        }
    }
}
