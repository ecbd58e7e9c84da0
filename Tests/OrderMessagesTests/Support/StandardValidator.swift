import Foundation
import OrderMessages
import Testing

/// A JSON Schema validator of another ecosystem: Python's jsonschema, so that our reading of the standard isn't our own.
enum StandardValidator {
    /// A schema by name, and the text to be checked against it.
    typealias Case = (schema: String, text: String)

    /// For each case, whether it is valid.
    ///
    /// Every schema is checked against its meta-schema first.
    static func verdicts(on cases: [Case], schemas: [(name: String, text: String)]) throws -> [Bool] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "contracts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let work = folder.appending(path: "work.json")
        let result = folder.appending(path: "result.json")
        let errors = folder.appending(path: "errors.txt")
        let json: JSON = [
            "schemas": .object(JSON.Object(schemas.map { .init($0.name, .string($0.text)) })),
            "cases": .array(cases.map { [.string($0.schema), .string($0.text)] }),
        ]
        try Data(json.compactBytes).write(to: work)
        try Data().write(to: errors)

        let python = Process()
        // The first Python of the path need not be the system's, which has Debian's package.
        let choice = #"python3 -c 'import jsonschema' 2> /dev/null && exec python3 "$@"; exec /usr/bin/python3 "$@""#
        python.executableURL = URL(filePath: "/bin/sh")
        python.arguments = ["-c", choice, "sh", "-c", script, work.path, result.path]
        python.standardError = try FileHandle(forWritingTo: errors)
        try python.run()
        python.waitUntilExit()
        let problem = try String(contentsOf: errors, encoding: .utf8)
        try #require(
            python.terminationStatus == 0,
            """
            The standard validator did not run: apt-get install -y python3 python3-jsonschema
            \(problem)
            """
        )
        return try JSONReader.read(Array(Data(contentsOf: result))).elements?.map { $0 == .bool(true) } ?? []
    }

    /// ECMAScript's `$` is the end of the text; Python's matches before a last line break too, its `\Z` doesn't.
    private static let script = #"""
        import json, sys
        from jsonschema import Draft202012Validator, FormatChecker

        def strict(value):
            if isinstance(value, dict):
                return {name: (inner[:-1] + r"\Z" if name == "pattern" and inner[-1:] == "$" else strict(inner))
                        for name, inner in value.items()}
            return [strict(inner) for inner in value] if isinstance(value, list) else value

        with open(sys.argv[1], encoding="utf-8") as file:
            work = json.load(file)
        validators = {}
        for name, text in work["schemas"].items():
            schema = json.loads(text)
            Draft202012Validator.check_schema(schema)
            validators[name] = Draft202012Validator(strict(schema), format_checker=FormatChecker(formats=["date"]))
        verdicts = [validators[schema].is_valid(json.loads(text)) for schema, text in work["cases"]]
        with open(sys.argv[2], "w", encoding="utf-8") as file:
            json.dump(verdicts, file)
        """#
}
