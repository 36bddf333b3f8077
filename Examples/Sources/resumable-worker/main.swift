// Work that goes on where it stopped, also after a crash: a position is saved when the work is done, not when it arrives.
//
//   swift run resumable-worker ws://127.0.0.1:5007/wse jobs positions.json
//
// A crash between the work and the saving does that one job again. Work that must not be done twice is saved together with
// its position, in one transaction.
import Foundation
import Terminal
import WSEClient

/// Up to where the work is done, in a file that is never half-written.
struct SavedPositions {
    let file: URL
    private(set) var positions: [String: TopicPosition] = [:]

    init(_ path: String) throws {
        file = URL(filePath: path)
        do {
            positions = try JSONDecoder().decode([String: TopicPosition].self, from: Data(contentsOf: file))
        } catch CocoaError.fileReadNoSuchFile {
            // The first run.
        } catch is DecodingError {
            throw Failure("\(path) holds no positions; without them, work would be left out")
        }
    }

    /// What lies between the last job that was done and this one: nobody will do it, so somebody has to know.
    ///
    /// The client signals it, too. Here it comes in line with the work: a crash after the next position was saved would take
    /// along what nobody had told yet.
    func loss(before job: RecoveryStamp) -> String? {
        guard let done = positions[job.topic.string] else { return nil }
        guard done.epoch == job.epoch.string else {
            return "\(job.topic) began anew after \(done.offset); what came behind it may be missing"
                + (job.offset > 0 ? ", and so are 0 to \(job.offset - 1) of what came since" : "")
        }
        guard job.offset > done.offset, job.offset - done.offset > 1 else { return nil }
        return "lost: \(job.topic) \(done.offset + 1) to \(job.offset - 1)"
    }

    mutating func save(_ job: RecoveryStamp) throws {
        positions[job.topic.string] = TopicPosition(epoch: job.epoch.string, offset: job.offset)
        try JSONEncoder().encode(positions).write(to: file, options: .atomic)
    }
}

/// What goes wrong with the connection. Gaps are told where the work is.
func tell(_ signals: AsyncStream<WSESignal>) async {
    for await signal in signals {
        switch signal {
        case .unreadable(let error): note("skipped a frame: \(error)")
        case .serverError(let error): note("the server reports \(error)")
        case .retrying(let delay, let cause): note("no connection, again in \(delay): \(cause)")
        default: break
        }
    }
}

await runProgram("resumable-worker URL TOPIC FILE", arguments: 3...3) { arguments in
    let (url, topic) = (arguments[0], arguments[1])
    var saved = try SavedPositions(arguments[2])
    var configuration = WSEConfiguration()
    configuration.positions = saved.positions
    try await withWSEClient(url: url, token: accessToken(), configuration: configuration) { client in
        let interruption = Interruption()
        let signals = client.signals
        async let _ = tell(signals)
        async let _ = {
            await interruption.wait()
            await client.disconnect()
        }()

        let subscription = try await client.subscribe([topic])
        if subscription.refused.contains(topic) { throw Failure("the server refuses \(topic)") }
        for try await job in client.events {
            // Answers and errors of the server come here as well, and old servers publish without positions.
            guard let stamp = job.stamp, stamp.topic.string == topic else {
                note("passed over: \(job.type), which has no position in \(topic)")
                continue
            }
            if let loss = saved.loss(before: stamp) { note(loss) }
            // Here the work is done.
            try show("done: \(topic) \(stamp.offset) \(job.payload)")
            try saved.save(stamp)
            // After Ctrl-C the job in hand is done to its end; those that wait are for the next run.
            if client.state == .disconnected { break }
        }
    }
}
