import Testing
import WSETransport

@testable import WSEClient

@Suite struct ConnectingTests {
    @Test func `connect answers server_ready with client_hello and is ready at server_hello`() throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        #expect(session.give { $0.tokenArrived($0.lastAttempt, token: "t", now: $1) }.connects.count == 1)

        #expect(session.give { $0.opened($0.lastAttempt, now: $1) }.sent.isEmpty)
        let greeted = session.receive(#"{"c":"WSE","t":"server_ready","p":{"details":{}},"v":1}"#)
        let hello = try #require(greeted.sent("client_hello").first)
        #expect(hello["c"] == "WSE")
        #expect(hello["pri"] == 10)
        #expect(hello["p", "protocol_version"] == 1)
        #expect(session.isReady == false)

        let ready = session.receive(SessionHarness.hello)
        #expect(session.isReady == true)
        #expect(ready.connectOutcomes.map { $0?.code } == [nil])
        #expect(session.actions.states == [.connecting, .connected])
        #expect(session.actions.sent("client_hello").count == 1)
    }

    @Test func `a server that says nothing to a token is greeted after a moment`() throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "t", now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        #expect(session.advance(by: .milliseconds(99)).sent.isEmpty)
        #expect(session.advance(by: .milliseconds(1)).sent("client_hello").count == 1)
    }

    @Test func `without a token the client greets as soon as the socket is open`() throws {
        var session = try SessionHarness()
        session.give { $0.connect(now: $1) }
        #expect(session.give { $0.opened($0.lastAttempt, now: $1) }.sent("client_hello").count == 1)
    }

    @Test(arguments: ["AUTH_FAILED", "AUTH_REQUIRED"])
    func `an auth error before server_hello ends connect at once`(code: String) throws {
        var session = try SessionHarness()
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }

        let actions = session.receive(#"WSE{"t":"error","p":{"code":"\#(code)","message":"no"},"v":1}"#)
        #expect(actions.connectOutcomes.map { $0?.code } == [.auth])
        #expect(actions.finishes.map { $0?.code } == [.auth])
        #expect(session.machine.state == .error)
        #expect(session.timers.isEmpty)
    }

    @Test(arguments: [UInt16(4401), 4403])
    func `an auth close code asks the provider once for a better token`(code: UInt16) throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }

        let again = session.close(code: code)
        #expect(again.tokenRequests == [TokenRequest(reason: .rejected, refused: "old")])
        let retry = session.give { $0.tokenArrived($0.lastAttempt, token: "new", now: $1) }
        #expect(retry.connects.map(\.token) == ["new"])
        session.give { $0.opened($0.lastAttempt, now: $1) }
        #expect(session.close(code: code).connectOutcomes.map { $0?.code } == [.auth])
        #expect(session.machine.phase == .failed)
    }

    @Test func `a provider with the same token again ends connect without another attempt`() throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.close(code: 4401)

        let actions = session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        #expect(actions.connects.isEmpty)
        #expect(actions.connectOutcomes.map { $0?.code } == [.auth])
    }

    @Test func `a provider without another token ends connect with the server's own words`() throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.receive(
            #"{"c":"WSE","t":"error","p":{"code":"AUTH_FAILED","message":"Token expired"},"v":1}"#)
        let actions = session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        let error = try #require(actions.connectOutcomes.first ?? nil)
        #expect(error.serverCode == "AUTH_FAILED")
        #expect(error.message.contains("Token expired"))
    }

    @Test func `a server that accepts each token and refuses it at once is not stormed`() throws {
        var session = try SessionHarness { $0.asksForToken = true }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "1", now: $1) }
        session.open()
        // The token may have expired: at once.
        #expect(session.close(code: 4403).tokenRequests == [TokenRequest(reason: .rejected, refused: "1")])
        for round in 2...4 {
            session.give { $0.tokenArrived($0.lastAttempt, token: "\(round)", now: $1) }
            session.open()
            #expect(session.isReady == true)
            #expect(session.close(code: 4403).tokenRequests.isEmpty)
            #expect(session.machine.phase == .waiting)
            #expect(
                session.advance(by: .seconds(5)).tokenRequests == [
                    TokenRequest(reason: .rejected, refused: "\(round)")
                ])
        }
        // One that lasts makes up for it.
        session.give { $0.tokenArrived($0.lastAttempt, token: "5", now: $1) }
        session.open()
        session.advance(by: .seconds(31))
        #expect(session.close(code: 4403).tokenRequests == [TokenRequest(reason: .rejected, refused: "5")])
    }

    @Test func `a better token survives an attempt that fails on the network`() throws {
        var session = try SessionHarness {
            $0.asksForToken = true
            $0.failsFast = false
        }
        session.give { $0.connect(now: $1) }
        session.give { $0.tokenArrived($0.lastAttempt, token: "old", now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        session.close(code: 4401)
        session.give { $0.tokenArrived($0.lastAttempt, token: "new", now: $1) }
        session.close(code: nil)
        session.advance(by: .seconds(2))
        let actions = session.give { $0.tokenArrived($0.lastAttempt, token: "new", now: $1) }
        #expect(actions.connects.map(\.token) == ["new"])
        #expect(session.machine.phase != .failed)
    }

    @Test(arguments: ["1e30", "1e308", "-1", "0.5"])
    func `no retry_after of a server is too large to be read`(seconds: String) throws {
        var session = try SessionHarness()
        session.becomeReady()
        let actions = session.receive(
            #"{"c":"WSE","t":"error","p":{"code":"RATE_LIMITED","message":"slow","retry_after":\#(seconds)},"v":1}"#
        )
        #expect(actions.delivered.count == 1)
        #expect(session.isReady == true)
    }

    @Test func `a first attempt that fails throws by default`() throws {
        var session = try SessionHarness()
        session.give { $0.connect(now: $1) }
        let actions = session.close(code: nil)
        #expect(actions.connectOutcomes.map { $0?.code } == [.connection])
        #expect(session.machine.state == .disconnected)
        #expect(session.timers.isEmpty)
        #expect(actions.finishes.isEmpty)
    }

    @Test func `with retry a first attempt that fails is followed by another after the backoff`() throws {
        var session = try SessionHarness { $0.failsFast = false }
        session.give { $0.connect(now: $1) }
        #expect(session.close(code: nil).connectOutcomes.isEmpty)
        #expect(session.advance(by: .seconds(60)).connects.count >= 1)
    }

    @Test func `a server that is not ready in time is given up`() throws {
        var session = try SessionHarness()
        session.give { $0.connect(now: $1) }
        session.give { $0.opened($0.lastAttempt, now: $1) }
        let actions = session.advance(by: .seconds(11))
        #expect(actions.aborts == [session.attempt])
        #expect(actions.connectOutcomes.map { $0?.code } == [.timeout])
    }

    /// Actions are carried out a moment later, when somebody may have begun another session already.
    @Test func `an outcome is for those who wait for that session`() async throws {
        var session = try SessionHarness()
        let first = session.give { $0.connect(now: $1) }
        session.close(code: nil)
        let second = session.give { $0.connect(now: $1) }
        func runs(_ actions: [SessionAction]) -> [UInt64] {
            actions.compactMap { if case .resolveConnect(_, let run) = $0 { run } else { nil } }
        }
        #expect(runs(first).isEmpty && runs(second).isEmpty)
        #expect(runs(session.actions) == [1])
        #expect(session.machine.run == 2)
        #expect(session.actions.contains { if case .resolveClose = $0 { true } else { false } })

        var waiters = Waiters<Int>()
        let old = await withCheckedContinuation { (continuation: CheckedContinuation<Int, Never>) in
            waiters.add(1, continuation, run: 1)
            for waiter in waiters.takeAll(through: 0) { waiter.resume(returning: 0) }
            for waiter in waiters.takeAll(through: 1) { waiter.resume(returning: 1) }
        }
        #expect(old == 1)
        #expect(waiters.isEmpty)
    }
}

extension [SessionAction] {
    var tokenRequests: [TokenRequest] {
        compactMap { if case .requestToken(_, let request) = $0 { request } else { nil } }
    }
}
