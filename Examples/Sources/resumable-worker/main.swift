// Work that goes on where it stopped, also after a crash: positions are saved when work is done, not when it arrives.
//
//   swift run resumable-worker ws://127.0.0.1:5007/wse jobs positions.json
import Foundation
import WSEClient

guard CommandLine.arguments.count == 4 else {
    print("usage: resumable-worker URL TOPIC FILE")
    exit(64)
}
let file = URL(filePath: CommandLine.arguments[3])

var configuration = WSEConfiguration()
configuration.topics = [CommandLine.arguments[2]]
if let saved = try? Data(contentsOf: file) {
    configuration.positions = try JSONDecoder().decode([String: TopicPosition].self, from: saved)
}

try await withWSEClient(url: CommandLine.arguments[1], configuration: configuration) { client in
    let announcements = Task {
        for await signal in client.signals {
            // Work that nobody will do: somebody has to know.
            if case .gap(let gap) = signal { print("lost: \(gap.topic) \(gap.offsets)") }
            if case .resync(let topic, _) = signal {
                print("\(topic) began anew; what came before may be missing")
            }
        }
    }
    defer { announcements.cancel() }
    for try await job in client.events {
        print("working on", job.topic ?? "-", job.offset ?? 0)
        // Here the work is done. The job in hand counts as handed over, so it is saved behind its work and not before:
        // after a crash in the middle it is done again rather than left out.
        try JSONEncoder().encode(client.positions()).write(to: file, options: .atomic)
    }
}
