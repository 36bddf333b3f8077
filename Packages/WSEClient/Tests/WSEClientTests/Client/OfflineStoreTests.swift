import Logging
import Synchronization
import Testing
import WSEResilience
import WSETestServer

@testable import WSEClient

/// The seam for messages that outlive the program.
@Suite(.timeLimit(.minutes(1))) struct OfflineStoreTests {
    private struct Unreadable: OfflineStore, Error {
        func save(_ entry: OfflineEntry<String, WSEStoredMessage>) {}
        func remove(_ id: String) {}
        func load(now: ContinuousClock.Instant) throws -> [OfflineEntry<String, WSEStoredMessage>] {
            throw self
        }
    }

    @Test(arguments: [WSEMessageFormat.json, .messagePack])
    func `what was queued is sent by the next run of the program, once`(format: WSEMessageFormat) async throws
    {
        let server = try await WSETestServer.start()
        let store = MemoryOfflineStore<String, WSEStoredMessage>()
        var configuration = WSEConfiguration()
        configuration.format = format
        configuration.offlineStore = store
        do {
            let client = try WSEClient(url: server.url, configuration: configuration)
            #expect(try await client.send("note", ["n": 1], priority: .low).disposition == .queued)
            #expect(try await client.send("note", ["n": 2], priority: .high).disposition == .queued)
        }
        #expect(store.load(now: .now).count == 2)
        try await withWSEClient(url: server.url, configuration: configuration) { client in
            #expect(try await server.nextMessage(ofType: "note").payload?["n"] == 2)
            #expect(try await server.nextMessage(ofType: "note").payload?["n"] == 1)
            try await client.send("note", ["n": 3])
            #expect(try await server.nextMessage(ofType: "note").payload?["n"] == 3)
            #expect(store.load(now: .now).isEmpty)
        }
        await server.stop()
    }

    @Test func `a store that cannot be read is told in the log, and messages are kept in memory`()
        async throws
    {
        let handler = RecordingLogHandler()
        var configuration = WSEConfiguration()
        configuration.offlineStore = Unreadable()
        configuration.logger = Logger(label: "test", factory: { _ in handler })
        let client = try WSEClient(url: "ws://localhost:1/wse", configuration: configuration)
        #expect(handler.errors.count == 1)
        #expect(try await client.send("note", ["n": 1]).disposition == .queued)
        #expect(client.statistics().offlineMessages == 1)
    }
}

/// Keeps what is logged at level `error`.
private struct RecordingLogHandler: LogHandler {
    private final class Records: Sendable {
        let texts = Mutex<[String]>([])
    }

    private let records = Records()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.error

    var errors: [String] { records.texts.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        records.texts.withLock { $0.append("\(event.message)") }
    }
}
