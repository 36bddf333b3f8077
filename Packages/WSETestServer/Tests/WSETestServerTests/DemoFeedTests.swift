import Testing
import WSETestServer
import WSEWire

@Suite struct DemoFeedTests {
    @Test func theSameSeedGivesTheSameEvents() {
        var first = DemoFeed(seed: 5)
        var second = DemoFeed(seed: 5)
        var third = DemoFeed(seed: 6)
        let events = (0..<500).map { _ in first.next() }
        #expect(events == (0..<500).map { _ in second.next() })
        #expect(events != (0..<500).map { _ in third.next() })
        #expect(Set(events.map(\.topic)) == Set(DemoFeed.defaultTopics))
    }

    @Test func valuesStayPlausible() throws {
        var feed = DemoFeed(seed: 1)
        for _ in 0..<20_000 {
            let event = feed.next()
            switch event.type {
            case "trade":
                let price = try #require(event.payload["price"]?.doubleValue)
                #expect(price > 10 && price < 1_000_000)
            case "reading":
                let celsius = try #require(event.payload["celsius"]?.doubleValue)
                #expect(celsius > -30 && celsius < 45)
            case "load":
                let cpu = try #require(event.payload["cpu"]?.doubleValue)
                #expect(cpu > 0 && cpu < 1)
            default: Issue.record("\(event.type)")
            }
        }
    }
}
