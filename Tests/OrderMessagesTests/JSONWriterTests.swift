import OrderMessages
import Testing

@Suite("Writing JSON")
struct JSONWriterTests {
    private func canonical(_ text: String) throws -> String {
        String(decoding: try JSONReader.read(Array(text.utf8)).canonicalBytes, as: UTF8.self)
    }

    @Test("RFC 8785, section 3.2.2: numbers, strings and literals")
    func values() throws {
        let input = #"""
            { "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }
            """#
        #expect(
            try canonical(input)
                == #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        )
    }

    @Test("RFC 8785, section 3.2.3: names by their UTF-16 code units")
    func order() throws {
        let input = #"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#
        #expect(try canonical(input) == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{FB33}\":3}")
    }

    @Test(
        "RFC 8785, appendix B: numbers as ECMAScript writes them",
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)]
    )
    func numbers(bits: UInt64, text: String) {
        #expect(JSON.number(Double(bitPattern: bits)).compactText == text)
    }

    @Test("To the canonical form 12, 12.0 and 1.2e1 are the same, and so are integers beyond 2^53 and their doubles")
    func sameNumbers() throws {
        #expect(try canonical("[12,12.0,1.2e1,-0]") == "[12,12,12,0]")
        #expect(try canonical("[9007199254740993,9007199254740993.0]") == "[9007199254740992,9007199254740992]")
    }

    @Test("What is written is read back as the same value")
    func roundTrip() throws {
        let value: JSON = [
            "a": "\u{0}\u{1f}\u{7f}\"\\/é😀\u{2028}", "b": [.null, true, .integer(.min), .number(-1.25e-9)],
        ]
        #expect(try JSONReader.read(value.compactBytes) == value)
        #expect(try JSONReader.read(Array(value.prettyText.utf8)) == value)
    }
}
