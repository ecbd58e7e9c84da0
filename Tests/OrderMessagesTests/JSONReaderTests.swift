import OrderMessages
import Testing

@Suite("Reading JSON")
struct JSONReaderTests {
    private func failure(_ text: String) -> JSONError? { failure(Array(text.utf8)) }

    private func failure(_ bytes: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONReader.read(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("Every kind of value is read, members in their order")
    func everyKind() throws {
        let text =
            #" { "b" : [ null , true , false , -1 , 1.5 , 2E3 ] , "a" : "x\u00e9\ud83d\ude00\n" , "c" : { } , "d":[] } "#
        let value = try JSONReader.read(Array(text.utf8))
        #expect(
            value == ["b": [.null, true, false, -1, .number(1.5), .number(2000)], "a": "xé😀\n", "c": [:], "d": []]
        )
    }

    @Test("Integers are kept exactly as far as they fit, and minus zero stays a double")
    func integers() throws {
        #expect(try JSONReader.read(Array("9223372036854775807".utf8)) == .integer(.max))
        #expect(try JSONReader.read(Array("9223372036854775808".utf8)) == .number(0x1p63))
        #expect(try JSONReader.read(Array("-9223372036854775808".utf8)) == .integer(.min))
        #expect(try JSONReader.read(Array("-0".utf8)) == .number(-0.0))
        #expect(try JSONReader.read(Array("1.0".utf8)).wholeNumber == 1)
    }

    @Test(
        "What isn't JSON is refused with the place",
        arguments: [
            ("", 0), (" ", 1), ("{", 1), ("[1,", 3), ("[1 2]", 3), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7),
            ("[1,]", 3), ("{a:1}", 1), ("nul", 0), ("NaN", 0), ("Infinity", 0), ("-", 1), ("+1", 0), ("01", 0),
            ("-01", 0),
            ("1.", 2), (".5", 0), ("1e", 2), ("1e+", 3), ("1e999", 0), ("-1e999", 0), ("0x1", 1), ("1 2", 2),
            ("{} x", 3),
            (#""abc"#, 4), ("\"a\nb\"", 2), (#""\x""#, 1), (#""\u12""#, 5), (#""\"#, 2), (#""\ud800""#, 1),
            (#""\udc00""#, 1), (#""\ud800\u0041""#, 1), ("\u{FEFF}{}", 0), ("'a'", 0), ("[\u{00A0}1]", 1), ("/**/1", 0),
        ]
    )
    func notJSON(text: String, offset: Int) throws {
        let error = try #require(failure(text))
        #expect(error.offset == offset, "\(error)")
    }

    @Test("A name that stands twice is refused, even if only its accents are composed another way")
    func duplicateNames() throws {
        let error = try #require(failure(#"{"a":{"b":1,"b":2}}"#))
        #expect(error.description == "a.b, at byte 12: this name stands here twice")
        #expect(failure("{\"\u{E9}\":1,\"e\u{301}\":2}") != nil)
        for count in 1...40 {
            let members = (0..<count).map { #""n\#($0)":0"# }
            #expect(failure("{\(members.joined(separator: ","))}") == nil)
            for name in ["n0", "n\(count - 1)"] {
                #expect(failure("{\(members.joined(separator: ",")),\"\(name)\":1}")?.path.description == name)
            }
        }
    }

    @Test(
        "Bytes that are no UTF-8 are refused",
        arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]]
    )
    func notUTF8(bytes: [UInt8]) {
        #expect(failure([0x22] + bytes + [0x22])?.offset == 1)
        #expect(failure([0x22, 0x5C, 0x6E] + bytes + [0x22])?.offset == 1)
    }

    @Test("32 levels are read, 33 are not, and ten megabytes of brackets overflow nothing")
    func depth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
        }
        #expect(failure(nested(32)) == nil)
        #expect(failure(nested(33))?.message == "nested deeper than 32 levels")
        #expect(failure([UInt8](repeating: UInt8(ascii: "["), count: 10 << 20))?.offset == 32)
        #expect(
            failure(Array(String(repeating: #"{"a":"#, count: 2 << 20).utf8))?.message == "nested deeper than 32 levels"
        )
    }

    @Test("Every truncation of a message is refused")
    func truncation() {
        let bytes = Messages.renewal.compactBytes
        for length in 0..<bytes.count { #expect(failure(Array(bytes.prefix(length))) != nil) }
    }

    @Test("The path of an error leads to it, and a stranger's long name doesn't fill it")
    func path() throws {
        #expect(
            failure(#"{"data":{"lineItems":[1,2,{"q q":x}]}}"#)?.description
                == #"data.lineItems[2]["q q"], at byte 33: no value begins with this byte"#
        )
        let error = try #require(failure("{\"\(String(repeating: "n", count: 100_000))\":x}"))
        #expect(error.description.utf8.count < 200)
    }
}
