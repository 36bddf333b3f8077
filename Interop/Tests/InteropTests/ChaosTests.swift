import InteropPeer
import Testing
import WSEClient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Rounds of everything that befalls a server and a network, under load.
@Suite(.timeLimit(.minutes(8))) struct ChaosTests {
    enum Fault: CaseIterable {
        case kill, restart, stop, drain, freeze, cut, stall, delay, refuse, disconnect
    }

    /// What the consumer saw: order and completeness are checked as it comes, by the client's own announcements.
    actor Ledger {
        private struct Epoch {
            var last: UInt64
            var count: UInt64 = 1
        }

        private var epochs: [String: Epoch] = [:]
        private var losses: [String: UInt64] = [:]
        private(set) var faults: [String] = []

        var delivered: UInt64 { epochs.values.reduce(0) { $0 + $1.count } }
        var lost: UInt64 { losses.values.reduce(0, +) }

        func record(_ event: WSEEvent) {
            guard let stamp = event.stamp else { return }
            let name = stamp.epoch.string
            guard let epoch = epochs[name] else {
                epochs[name] = Epoch(last: stamp.offset)
                return
            }
            if stamp.offset <= epoch.last { faults.append("\(name):\(stamp.offset) after \(epoch.last)") }
            epochs[name]?.last = stamp.offset
            epochs[name]?.count += 1
        }

        func record(_ gap: WSEGap) { losses[gap.epoch, default: 0] += UInt64(gap.offsets.count) }

        func position(in epoch: String) -> UInt64? { epochs[epoch]?.last }

        /// Epochs of which something, from the first publication on, was neither delivered nor announced as lost.
        var incomplete: [String] {
            epochs.filter { name, epoch in epoch.count + losses[name, default: 0] != epoch.last + 1 }.map(
                \.key)
        }
    }

    private static let options =
        ["--recovery-buffer-size", "65536", "--recovery-max-messages", "65536"]
        + PeerVersion.v2_5_1.unboundedQueue

    @Test func `20 rounds of faults under load: what the server still holds arrives once and in order`()
        async throws
    {
        var server = try await PublishedServer.start(.v2_5_1, arguments: Self.options)
        let proxy = try await FaultyProxy.start(to: server.port)
        var configuration = WSEConfiguration(tokenProvider: StaticToken(try await server.token()))
        configuration.backoff = Backoff.Configuration(base: .milliseconds(50), maximum: .milliseconds(500))
        configuration.connectTimeout = .seconds(3)
        configuration.heartbeatInterval = .milliseconds(500)
        configuration.livenessTimeout = .seconds(2)
        let client = try WSEClient(url: proxy.url, configuration: configuration)
        let ledger = Ledger()
        let watching = Task {
            do {
                for try await event in client.events { await ledger.record(event) }
            } catch {
                Issue.record("the events ended: \(error)")
            }
        }
        let signals = client.signals
        let listening = Task {
            for await signal in signals { if case .gap(let gap) = signal { await ledger.record(gap) } }
        }
        try await client.connect()
        try await client.subscribe(["prices"])
        let before = residentKiB()

        for round in 0..<20 {
            let fault = Fault.allCases[round % Fault.allCases.count]
            // Faults that end the server end its publishing: 12 of the rounds publish it all.
            try await server.command(
                "publish", ["topic": "prices", "count": 17_000, "size": 200, "rate": 40_000, "wait": false])
            try await Task.sleep(for: .milliseconds(100))
            try await inflict(fault, on: &server, proxy)
            try await settle(client, server, ledger, "round \(round), \(fault)")
        }
        #expect(await ledger.faults == [])
        #expect(await ledger.incomplete == [])
        #expect(await ledger.delivered >= 200_000)
        let statistics = client.statistics()
        let (delivered, lost) = (await ledger.delivered, await ledger.lost)
        print(
            "\(delivered) events, \(statistics.reconnects) reconnects, \(lost) announced as lost, "
                + "\(statistics.duplicates) duplicates withheld, resident \(before) -> \(residentKiB()) KiB")
        // Not a leak of what passed through, which is some 50 MB.
        #expect(residentKiB() - before < 24_000)
        await client.disconnect()
        await watching.value
        listening.cancel()
        try await proxy.stop()
        try await server.stop()
    }

    private func inflict(
        _ fault: Fault, on server: inout PublishedServer, _ proxy: FaultyProxy
    ) async throws {
        switch fault {
        case .kill:
            let port = server.port
            try await server.kill()
            server = try await PublishedServer.start(.v2_5_1, arguments: Self.options, port: port)
        case .restart: try await server.command("restart")
        case .stop:
            try await server.command("stop")
            try await server.command("start")
        case .drain: try await server.command("drain")
        case .freeze:
            await server.signal(SIGSTOP)
            try await Task.sleep(for: .milliseconds(700))
            await server.signal(SIGCONT)
        case .cut: try await proxy.cut()
        case .stall:
            try await proxy.setStalled(true)
            try await Task.sleep(for: .seconds(3))
            try await proxy.setStalled(false)
        case .delay:
            try await proxy.setDelay(0.05)
            try await Task.sleep(for: .seconds(1))
            try await proxy.setDelay(0)
        case .refuse:
            try await proxy.setRefusing(true)
            try await proxy.cut()
            try await Task.sleep(for: .seconds(1))
            try await proxy.setRefusing(false)
        case .disconnect: try await server.command("disconnect")
        }
        if fault == .drain {
            // A drained server takes nobody any more.
            try await server.command("restart")
        }
    }

    /// Publishes one more event and waits until the client has come as far as the server.
    private func settle(
        _ client: WSEClient, _ server: PublishedServer, _ ledger: Ledger, _ what: String
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        while !client.isFullyReady {
            guard clock.now - start < .seconds(30) else {
                Issue.record("\(what): not ready after 30 s")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        _ = try? await server.command("publish_wait", ["topic": "prices"])
        let answer = try await server.command("publish", ["topic": "prices", "count": 1])
        guard let epoch = answer["head", "epoch"]?.stringValue,
            let offset = answer["head", "offset"]?.uintValue
        else {
            Issue.record("\(what): no head in \(answer)")
            return
        }
        // What was published before may come in later: the server only notes it.
        while await (ledger.position(in: epoch) ?? 0) < offset {
            guard clock.now - start < .seconds(60) else {
                let position = await ledger.position(in: epoch)
                Issue.record("\(what): at \(position.map(String.init) ?? "nothing") of \(offset)")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        print("\(what): level after \(clock.now - start)")
    }

    /// Of this process; 0 where the system does not say.
    private func residentKiB() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * Int(getpagesize()) / 1_024
    }
}
