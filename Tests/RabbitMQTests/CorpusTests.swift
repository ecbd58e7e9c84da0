import Foundation
import Testing

/// What the fuzzers have found worth keeping, once more, in milliseconds; `make fuzz` looks for more.
@Suite struct CorpusTests {
    private func corpus(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fuzzing/Corpus/\(name)")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.map { (name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
    }

    @Test func `the corpus of frames is taken without complaint`() throws {
        let inputs = try corpus("Frames")
        #expect(inputs.count > 50)
        for input in inputs { #expect(FrameOracle.complaint(about: input.bytes) == nil, "\(input.name)") }
    }

    @Test func `librabbitmq and we read the same from the corpus of the bridge`() throws {
        let inputs = try corpus("Bridge")
        #expect(inputs.count > 50)
        for input in inputs { #expect(BridgeOracle.complaint(about: input.bytes) == nil, "\(input.name)") }
    }
}
