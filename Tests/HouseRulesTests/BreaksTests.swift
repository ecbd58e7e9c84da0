import Foundation
import Testing

/// The proof that tests can fail, `make breaks`, takes minutes; that it hasn't rotted shows here.
@Suite("Deliberate breaks")
struct BreaksTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A patch with its header.
    private struct Break {
        let name: String
        let header: [String: String]
        let body: [Substring]

        static func all() throws -> [Break] {
            let folder = root.appending(path: "Tests/Breaks")
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            return try files.filter { $0.pathExtension == "patch" }.map(Break.init)
        }

        init(_ file: URL) throws {
            name = file.deletingPathExtension().lastPathComponent
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n",
                omittingEmptySubsequences: false
            )
            let end = try #require(lines.firstIndex(of: ""), "\(name) has no header")
            header = lines[..<end].reduce(into: [:]) { header, line in
                guard let colon = line.firstRange(of: ": ") else { return }
                header[String(line[..<colon.lowerBound])] = String(line[colon.upperBound...])
            }
            body = Array(lines[lines.index(after: end)...])
        }

        var path: String? { body.first { $0.hasPrefix("--- a/") }.map { String($0.dropFirst(6)) } }

        /// What must be in the file, hunk by hunk: the lines around, and those that are taken away.
        var before: [String] {
            body.split { $0.hasPrefix("@@") }.dropFirst().map { hunk in
                hunk.filter { $0.hasPrefix(" ") || $0.hasPrefix("-") }.map { $0.dropFirst() + "\n" }.joined()
            }
        }
    }

    private static func tests(below folder: String) throws -> String {
        let base = root.appending(path: folder)
        let walker = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        return try walker.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    }

    @Test("Every break still applies")
    func applies() throws {
        for broken in try Break.all() {
            let path = try #require(broken.path, "\(broken.name) changes no file")
            let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
            for lines in broken.before {
                let isThere = text.contains(lines)
                #expect(isThere, "\(broken.name): not in \(path):\n\(lines)")
            }
            #expect(!broken.before.isEmpty, "\(broken.name) changes nothing")
        }
    }

    @Test("Every break names a test that there is, of its own invariant")
    func names() throws {
        for broken in try Break.all() {
            let number = try #require(broken.header["Invariant"].flatMap { Int($0) }, "\(broken.name)")
            #expect(broken.name.hasPrefix(String(format: "%02d-", number)), "\(broken.name)")
            let red = try #require(broken.header["Red"], "\(broken.name)")
            #expect(red.hasPrefix("Invariant \(number): "), "\(broken.name)")
            let target = try #require(broken.header["Targets"], "\(broken.name)")
            let places = try [target, "TestKit"].map { try Self.tests(below: "Tests/\($0)") }
            let isThere = places.contains { $0.contains(red) }
            #expect(isThere, "\(broken.name): no test \(red) in \(target)")
            #expect(broken.header["Filter"] != nil && broken.header["Breaks"] != nil, "\(broken.name)")
        }
    }

    @Test("Every invariant has tests with its number, and two breaks", arguments: 1...10)
    func complete(invariant: Int) throws {
        #expect(try Self.tests(below: "Tests").contains("Invariant \(invariant): "))
        #expect(try Break.all().count { $0.header["Invariant"] == "\(invariant)" } >= 2)
    }
}
