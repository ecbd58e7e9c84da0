import Foundation
import Testing

/// What the fuzzer has found worth keeping, once more, in milliseconds; `make fuzz` looks for more.
@Suite struct CorpusTests {
    @Test func `the corpus of the wire is read and written without complaint`() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzzing/Corpus/Wire")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count > 50)
        for file in files {
            let complaint = WireOracle.complaint(about: Array(try Data(contentsOf: file)))
            #expect(complaint == nil, "\(file.lastPathComponent)")
        }
    }
}
