import Testing

@testable import AMQP

@Suite struct NumberedWindowTests {
    @Test func `values are numbered from one and found by their number until they are taken`() {
        var window = NumberedWindow<String>()
        #expect(window.append("a") == 1)
        #expect(window.append("b") == 2)
        #expect(window[1] == "a")
        #expect(window.take(1) == "a")
        #expect(window[1] == nil && window.take(1) == nil)
        #expect(window.oldest == 2 && window.next == 3 && window.count == 1)
    }

    @Test func `numbers that were never given hold nothing`() {
        var window = NumberedWindow<Int>()
        for number in [0, 1, .max] as [UInt64] {
            #expect(window[number] == nil)
            #expect(window.take(number) == nil)
            window[number] = 7
        }
        #expect(window.count == 0 && window.next == 1)
    }

    @Test func `whatever the order of taking, it agrees with a dictionary`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var window = NumberedWindow<UInt64>()
            var model: [UInt64: UInt64] = [:]
            for _ in 0..<300 {
                if Bool.random(using: &generator) {
                    let number = window.append(window.next * 10)
                    model[number] = number * 10
                } else {
                    let number = UInt64.random(in: 0...window.next, using: &generator)
                    #expect(window.take(number) == model.removeValue(forKey: number))
                }
                #expect(window.count == model.count)
                #expect(window.oldest == model.keys.min() ?? window.next)
            }
            for (number, value) in model { #expect(window[number] == value) }
        }
    }
}
