import Testing

@testable import WSEWire

@Suite struct DecodingMemoryTests {
    struct Leg: Codable, Equatable {
        var name: String
        var prices: [Double]
        var next: [Leg]?
    }

    /// Keeps what it is decoded from.
    private struct Keeper: Decodable {
        enum Key: CodingKey { case a, b }

        let decoder: any Decoder
        let container: KeyedDecodingContainer<Key>

        init(from decoder: any Decoder) throws {
            self.decoder = decoder
            container = try decoder.container(keyedBy: Key.self)
        }
    }

    private func event(_ payload: String) throws -> WSEEvent {
        let decoder = TestDecoder()
        decoder.decode(#"{"t":"x","p":\#(payload),"v":1}"#)
        return try #require(decoder.items.events.first)
    }

    @Test func `one memory gives the values that a fresh one gives, whatever came before`() throws {
        let decoder = PayloadDecoder()
        var memory = DecodingMemory()
        // Objects that begin at one place and end at many, some with more members than are kept, some that do not fit.
        let wide = (0..<3_000).map { #""m\#($0)":\#($0)"# }.joined(separator: ",")
        let payloads = [
            #"{"name":"a","prices":[1,2],"next":[{"name":"b","prices":[3.5]},{"name":"c","prices":[]}]}"#,
            #"{"name":"a","prices":[1],"next":[{"name":"b","prices":[3.5,4,5,6,7]},{"name":"long","prices":[8]}]}"#,
            #"{"name":7,"prices":[]}"#,
            #"{"\u006eame":"escaped","prices":[9],\#(wide)}"#,
            #"{"name":"z","prices":[],"next":[]}"#,
            #"[]"#,
        ]
        for round in 0..<20 {
            let event = try event(payloads[round * 7 % payloads.count])
            let fresh = try? decoder.decode(Leg.self, from: event.payload)
            let again = try? decoder.decode(Leg.self, from: event.payload, reusing: &memory)
            #expect(fresh == again)
        }
    }

    @Test func `where an array ended in one payload says nothing about the next`() throws {
        let decoder = PayloadDecoder()
        var memory = DecodingMemory()
        // Ends by an error when the inner array was the last to be left.
        let first = try event(#"[[1,2],"x"]"#)
        #expect(throws: WireError.self) {
            try decoder.decode([[Int]].self, from: first.payload, reusing: &memory)
        }
        let second = try event(#"[[1,2,3,4],5]"#)
        let values = try decoder.decode([WSEValue].self, from: second.payload, reusing: &memory)
        #expect(values == [[1, 2, 3, 4], 5])
    }

    @Test func `errors name the path, as without`() throws {
        var memory = DecodingMemory()
        let event = try event(#"{"name":"a","prices":[1],"next":[{"name":"b","prices":["x"]}]}"#)
        for _ in 0..<2 {
            let error = #expect(throws: WireError.self) {
                try PayloadDecoder().decode(Leg.self, from: event.payload, reusing: &memory)
            }
            #expect(error?.path == [.key("next"), .index(0), .key("prices"), .index(0)])
        }
    }

    @Test func `a type that keeps its decoder goes on reading its own payload`() throws {
        let decoder = PayloadDecoder()
        var memory = DecodingMemory()
        let first = try decoder.decode(
            Keeper.self, from: event(#"{"a":1,"b":"one"}"#).payload, reusing: &memory)
        let second = try decoder.decode(
            Keeper.self, from: event(#"{"b":"two","a":2}"#).payload, reusing: &memory)
        #expect(try first.container.decode(Int.self, forKey: .a) == 1)
        #expect(try first.decoder.container(keyedBy: Keeper.Key.self).decode(String.self, forKey: .b) == "one")
        #expect(try second.container.decode(String.self, forKey: .b) == "two")
    }

    @Test func `copies do not read where the other was`() throws {
        let decoder = PayloadDecoder()
        var memory = DecodingMemory()
        _ = try decoder.decode([[Int]].self, from: event("[[1],[2]]").payload, reusing: &memory)
        var copy = memory
        // Leaves in the middle of a value, while somebody else holds what it works with.
        let long = "[[" + Array(repeating: "1", count: 200).joined(separator: ",") + #"],"x"]"#
        #expect(throws: WireError.self) {
            try decoder.decode([[Int]].self, from: event(long).payload, reusing: &memory)
        }
        let short = try decoder.decode([[Int]].self, from: event("[[],[2]]").payload, reusing: &copy)
        #expect(short == [[], [2]])
        let again = try decoder.decode([[Int]].self, from: event("[[],[3]]").payload, reusing: &memory)
        #expect(again == [[], [3]])
    }

    @Test func `a decoder set to something else is not given the memory of another`() throws {
        struct Order: Codable, Equatable { var limitPrice: Int }
        var memory = DecodingMemory()
        let event = try event(#"{"limitPrice":1,"limit_price":2}"#)
        var snake = PayloadDecoder()
        snake.keyDecodingStrategy = .convertFromSnakeCase
        let plain = PayloadDecoder()
        for _ in 0..<2 {
            #expect(try plain.decode(Order.self, from: event.payload, reusing: &memory).limitPrice == 1)
            #expect(try snake.decode(Order.self, from: event.payload, reusing: &memory).limitPrice == 2)
        }
    }

    @Test func `nothing keeps a payload alive that was decoded`() throws {
        var memory = DecodingMemory()
        weak var gone: AnyObject?
        do {
            let event = try event(#"{"name":"a","prices":[]}"#)
            gone = event.storage
            _ = try PayloadDecoder().decode(Leg.self, from: event.payload, reusing: &memory)
        }
        #expect(gone == nil)
    }
}
