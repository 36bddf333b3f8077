import Testing
import WSEWire

@testable import WSEToolKit

@Suite("Which events are shown")
struct EventFilterTests {
    private func event(_ json: String) throws -> WSEEvent {
        var decoder = MessageDecoder()
        var items: [WireItem] = []
        decoder.decode(json.utf8Span.span.bytes, as: .text, into: &items)
        guard case .event(let event)? = items.first else { throw ToolError(.dataError, "\(items)") }
        return event
    }

    @Test(
        "Conditions compare what is in the payload",
        arguments: [
            ("px>100", true), ("px>101.5", false), ("px>=101.5", true), ("px<=101.5", true),
            ("px<101.5", false),
            ("px=101.5", true), ("px=1.015e2", true), ("px!=101.5", false), ("side=buy", true),
            (#"side="buy""#, true),
            ("side=sell", false), ("side!=sell", true), (#"side>"""#, true), ("px > 100", true),
            (#"side=" buy""#, false), ("side<c", true),
            ("user.tags[1]=b", true),
            ("user.tags[2]=b", false), ("list[0][1]=2", true), ("flag", true), ("off", false),
            ("none", false),
            ("missing", false), ("missing=1", false), ("missing!=1", true), ("none=null", true),
            ("flag=true", true),
            // Numbers that doubles take for equal.
            ("large=9007199254740993", true), ("large=9007199254740992", false),
            ("large>9007199254740992", true), ("huge=18446744073709551615", true),
            ("huge=18446744073709551614", false), ("huge>-1", true), ("large<18446744073709551615", true),
            // No order between text and number.
            ("side>5", false), ("user={}", false),
        ])
    func conditions(text: String, holds: Bool) throws {
        let event = try event(
            #"{"t":"x","p":{"px":101.5,"side":"buy","user":{"tags":["a","b"]},"list":[[1,2]],"flag":true,"off":false,"none":null,"large":9007199254740993,"huge":18446744073709551615}}"#
        )
        #expect(try PayloadCondition(text).holds(for: event.payload) == holds)
    }

    @Test("What is no path is refused", arguments: ["", "=1", "a..b", "a[x]=1", "a[0", "a[-1]"])
    func badConditions(text: String) {
        let error = #expect(throws: ToolError.self) { try PayloadCondition(text) }
        #expect(error?.status == .usage)
    }

    @Test(
        "A condition that could never hold is refused, with what is wrong",
        arguments: [
            ("px>", "nothing behind “>”"), ("px= ", "nothing behind “=”"),
            ("px==5", "“=5” begins with an operator"),
            ("px=>5", "“>5” begins with an operator"), ("px!=<5", "begins with an operator"),
            ("px<>5", "begins with an operator"), ("px>true", "no order"), ("px<[1]", "no order"),
        ])
    func nonsense(text: String, words: String) throws {
        let error = #expect(throws: ToolError.self) { try PayloadCondition(text) }
        #expect(error?.status == .usage)
        #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }

    @Test("Text in quotes may begin with an operator and be empty")
    func quoted() throws {
        let event = try event(#"{"t":"x","p":{"a":"=5","b":""}}"#)
        for condition in [#"a="=5""#, #"b="""#] {
            #expect(try PayloadCondition(condition).holds(for: event.payload))
        }
    }

    @Test(
        "A star in a type stands for anything",
        arguments: [
            ("price_update", "price_*", true), ("price_update", "*update", true),
            ("price_update", "p*e*e", true),
            ("price_update", "*", true), ("price_update", "price", false), ("price_update", "*pric", false),
            ("", "*", true), ("", "", true), ("a", "", false), ("aab", "*ab", true), ("ab", "a*b*", true),
        ])
    func patterns(text: String, pattern: String, fits: Bool) {
        #expect(EventFilter.matches(text, pattern) == fits)
    }

    @Test("All of a filter must hold")
    func filter() throws {
        var filter = EventFilter()
        let (trade, quote) = (
            try event(#"{"t":"trade","p":{"a":1}}"#), try event(#"{"t":"quote","p":{"a":2}}"#)
        )
        #expect(filter.admits(trade) && filter.admits(quote))
        filter.types = ["tr*", "quote"]
        filter.excludedTypes = ["q*"]
        #expect(filter.admits(trade) && !filter.admits(quote))
        filter.conditions = [try PayloadCondition("a=1"), try PayloadCondition("a=2")]
        #expect(!filter.admits(trade))
    }

    @Test("A line for people shows topic, offset, type and payload, and nothing in it steers the terminal")
    func line() throws {
        let line = EventLine(style: TextStyle(isColored: false), columns: nil)
        let plain = try event(#"{"t":"tick","tp":"a","e":"b","o":7,"p":{"px":1.50}}"#)
        #expect(line.text(plain) == #"a 7  tick  {"px":1.50}"#)
        let hostile = try event(#"{"t":"x\u001b[2J","tp":"\u0007","p":"\#u{9B}31m\#u{202E}"}"#)
        #expect(line.text(hostile) == #"\u0007  x\u001b[2J  "\u009b31m\u202e""#)
    }

    @Test("A payload too long for the screen is clipped")
    func clipped() throws {
        let line = EventLine(style: TextStyle(isColored: false), columns: 30)
        let text = line.text(try event(#"{"t":"tick","tp":"a","p":"\#(String(repeating: "x", count: 99))"}"#))
        #expect(text.count == 30)
        #expect(text.hasSuffix("x…"))
    }

    @Test("Counts are by topic and type, the most frequent first")
    func tally() throws {
        var tally = EventTally()
        for topic in ["a", "b", "b"] { tally.record(try event(#"{"t":"x","tp":"\#(topic)","p":1}"#)) }
        for _ in 0..<1_500 { tally.record(try event(#"{"t":"y"}"#)) }
        #expect(
            tally.lines(TextStyle(isColored: false)) == [
                "    count  topic  type", "    1,500  -      y", "        2  b      x", "        1  a      x",
                "    1,503  in all",
            ])
    }
}
