import Testing
import WSEWire

@Suite struct MessageTypeTests {
    @Test(
        arguments: [
            ("server_ready", .handled), ("server_hello", .handled), ("subscription_update", .handled),
            ("ping", .handled),
            ("PING", .handled), ("pong", .handled), ("PONG", .handled), ("heartbeat", .handled),
            ("health_check", .handled),
            ("config_update", .handled), ("sync_request", .handled), ("metrics_request", .handled),
            ("priority_message", .handled), ("error", .handledAndForwarded),
            ("rate_limit_warning", .handledAndForwarded),
            ("connection_quality", .handledAndForwarded), ("connection_state_change", .handledAndForwarded),
            ("snapshot_complete", .handledAndForwarded), ("health_check_response", .handledAndForwarded),
            ("sync_response", .handledAndForwarded), ("anything_response", .handledAndForwarded),
            ("trade", .forwarded),
            ("Ping", .forwarded), ("", .forwarded), ("_responses", .forwarded),
        ] as [(String, MessageType.Handling)])
    func handling(_ name: String, _ handling: MessageType.Handling) throws {
        #expect(InternedString(name).handling == handling)
        #expect(MessageType(named: name).handling == handling)
        let event = try #require(decode("{\"t\":\"\(name)\"}").first?.event)
        #expect(event.internedType.handling == handling)
    }

    @Test(arguments: [
        ("health_check", "health_check_response"), ("metrics_request", "metrics_response"),
        ("sync_request", "sync_response"), ("ping", "PONG"), ("server_ready", "client_hello"),
    ])
    func whatWantsAnAnswer(_ name: String, _ answer: String) {
        #expect(MessageType(named: name).answer == answer)
    }

    @Test func whatBelongsToAFamilyHasItsOwnName() {
        #expect(MessageType(named: "order_response").name == "order_response")
        for (name, isNamed) in [("order_response", false), ("sync_response", true), ("order", false)] {
            #expect(MessageType(named: name).isNamed == isNamed)
        }
        #expect(InternedString("order_response").messageType?.category == .system)
        #expect(MessageType(named: "sync_response").category == .snapshot)
    }

    @Test func categories() {
        #expect(MessageType(named: "client_hello").category == .system)
        #expect(MessageType(named: "subscription_update").category == .system)
        #expect(MessageType(named: "sync_request").category == .snapshot)
        #expect(MessageType(named: "order").category == .update)
        #expect(MessageType(named: "order").name == "order")
    }

    @Test func namesAreUnique() {
        #expect(Set(MessageType.registered.map(\.name)).count == MessageType.registered.count)
    }

    @Test(arguments: ["response", "myresponse", "_respons", "x_response_", "a_Response"])
    func whatOnlyLooksLikeAResponseIsTheApplicationsOwn(_ name: String) {
        #expect(InternedString(name).messageType == nil)
        #expect(InternedString(name).handling == .forwarded)
        #expect(InternedString("my_response").handling == .handledAndForwarded)
    }
}
