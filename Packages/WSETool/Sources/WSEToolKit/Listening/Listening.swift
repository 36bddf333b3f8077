internal import WSEClient

/// `wse listen`: shows events as they come.
public struct Listening: Sendable {
    /// What is written for each event.
    public enum Format: String, Sendable, CaseIterable {
        /// Lines for people on a terminal, JSON elsewhere.
        case auto
        case pretty
        case json
    }

    public var connection = ConnectionSettings()
    public var format = Format.auto
    public var filter = EventFilter()
    /// Ends after so many events that pass the filter.
    public var count: Int?
    /// Whether to count the events of each topic and type instead of showing them.
    public var isCounting = false
    /// Whether to ask for the topics' present state first.
    public var wantsSnapshot = false
    /// A file that gets the positions up to which topics were shown.
    public var positionsFile: String?
    /// Whether to go on where that file says.
    public var resumes = false
    /// Whether payloads are shown whole, however long the line gets.
    public var isFull = false

    public init() {}

    /// Listens until it is interrupted, or has what it was asked for.
    ///
    /// - Parameter words: URL and topics; see ``Target``.
    /// - Returns: `success` also if it was interrupted where it had no end of its own.
    /// - Throws: ``ToolError``.
    public func run(
        _ words: [String], _ console: Console, _ interruption: Interruption
    ) async throws(ToolError) -> ToolStatus {
        let target = try Target(words, console)
        if let count, count < 1 { throw ToolError(.usage, "--count wants a number above 0") }
        var configuration = try connection.configuration(console)
        // Before anything is connected, and not once there is something to save.
        let file = try positionsFile.map { (path) throws(ToolError) in try OutputFile(path) }
        let saved = try savedPositions(target, console)
        configuration.positions = saved.positions
        let keeper = file.map { PositionKeeper(file: $0, from: saved) }
        let topics = target.words.isEmpty ? saved.positions.keys.sorted() : target.words
        do {
            let (signal, isComplete) = try await interruption.watch { [configuration] in
                try await listen(to: topics, at: target.url, configuration, keeper, console)
            }
            return signal.map { count == nil || isComplete ? .success : .interrupted(by: $0) } ?? .success
        } catch {
            throw ToolError(error)
        }
    }

    /// - Returns: Whether all events that were asked for came.
    private func listen(
        to topics: [String], at url: String, _ configuration: WSEConfiguration, _ keeper: PositionKeeper?,
        _ console: Console
    ) async throws -> Bool {
        let printer = EventPrinter(
            console: console, isPretty: format == .pretty || format == .auto && console.isOutputTerminal,
            isFull: isFull)
        let counter = EventCounter(limit: count)
        do {
            try await withClient(url, configuration) { client in
                try await SignalNotices(console: console).show(client.signals) {
                    let events = client.events
                    try await client.connect()
                    counter.hasBegun = true
                    try await subscribe(to: topics, client, console)
                    if let keeper {
                        try await show(events, printer, counter, keeper, client)
                    } else {
                        try await show(events, printer, counter) { _ in }
                    }
                }
            }
        } catch let error as WSEError where error.code == .cancelled && counter.hasBegun {
            // The counts below are what a person wants to see after Ctrl-C.
        } catch let error as ToolError where error == .outputClosed {
            return true
        } catch let error as UnshownEvent {
            if error.cause == .outputClosed { return true }
            if error.cause.isInterruption { return false }
            throw error.cause
        }
        if isCounting { try printer.show(counter.tally) }
        return counter.isComplete
    }

    /// An event that the output did not take.
    private struct UnshownEvent: Error {
        let event: WSEEvent
        let cause: ToolError
    }

    /// Shows events until enough were shown or the client ends, and saves up to where, however it ends.
    private func show(
        _ events: WSEEventSequence, _ printer: EventPrinter, _ counter: EventCounter,
        _ keeper: PositionKeeper, _ client: WSEClient
    ) async throws {
        let positions = client.positions()
        let saving = Task { () -> ToolError? in
            do throws(ToolError) {
                try await keeper.keepSaving(from: positions)
                return nil
            } catch {
                // Ends the events, too.
                await client.disconnect()
                return error
            }
        }
        var (unshown, failure): (UnshownEvent?, (any Error)?)
        do {
            try await show(events, printer, counter) { keeper.passed($0) }
        } catch let error as UnshownEvent {
            (unshown, failure) = (error, error.cause)
        } catch {
            failure = error
        }
        saving.cancel()
        if let error = await saving.value { throw error }
        try keeper.finish(with: client.positions(), without: unshown?.event)
        if let failure { throw failure }
    }

    private func show(
        _ events: WSEEventSequence, _ printer: EventPrinter, _ counter: EventCounter,
        passed: (WSEEvent) -> Void
    ) async throws {
        for try await event in events {
            if filter.admits(event) { try show(event, printer, counter) }
            passed(event)
            if counter.isComplete { break }
        }
    }

    private func show(
        _ event: WSEEvent, _ printer: EventPrinter, _ counter: EventCounter
    ) throws(UnshownEvent) {
        if isCounting {
            counter.tally.record(event)
        } else {
            do {
                try printer.show(event)
            } catch {
                throw UnshownEvent(event: event, cause: error)
            }
        }
        counter.count()
    }

    private func savedPositions(_ target: Target, _ console: Console) throws(ToolError) -> SavedPositions {
        let fresh = SavedPositions(server: target.shown)
        guard let path = positionsFile else {
            guard resumes else { return fresh }
            throw ToolError(.usage, "--resume goes on where the file of --save says, so it wants --save")
        }
        guard resumes else {
            // Nobody's notes are written over because of a wrong name.
            if InputFile.exists(path), try !InputFile.path(path).read().isEmpty {
                _ = try SavedPositions(path: path)
            }
            return fresh
        }
        guard var saved = try SavedPositions(path: path) else {
            console.note("\(path) is not there yet; this is the beginning")
            return fresh
        }
        if saved.server != fresh.server {
            console.note("\(path) is from \(saved.server.shown); another server may count otherwise")
            saved.server = fresh.server
        }
        return saved
    }

    private func subscribe(to topics: [String], _ client: WSEClient, _ console: Console) async throws {
        guard !topics.isEmpty else { return }
        let result = try await client.subscribe(orFail: topics)
        if !result.pending.isEmpty {
            console.note(
                "no answer yet about \(result.pending.sorted().joined(separator: ", ").shown); it is asked for still"
            )
        }
        if wantsSnapshot { try await client.requestSnapshot(topics) }
    }
}
