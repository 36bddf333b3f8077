// Reads recorded frames, one base64 text a line, and tells what is in them. Needs nothing but WSEWire.
//
//   swift run log-analyser < frames.txt
import Foundation
import WSEWire

var decoder = MessageDecoder()
var items: [WireItem] = []
var counts: [String: Int] = [:]
var sizes: [String: Int] = [:]
var last: [String: UInt64] = [:]
var line = 0

while let text = readLine() {
    line += 1
    guard let frame = Data(base64Encoded: text) else {
        print("line \(line): no base64")
        continue
    }
    let bytes = [UInt8](frame)
    items.removeAll(keepingCapacity: true)
    // A frame's first bytes tell its form, so binary will do for text as well.
    bytes.withUnsafeBytes { decoder.decode(RawSpan(_unsafeBytes: $0), as: .binary, into: &items) }
    for item in items {
        switch item {
        case .event(let event):
            counts[event.type, default: 0] += 1
            sizes[event.type, default: 0] += event.byteCount
            if let stamp = event.stamp {
                let history = "\(stamp.topic.string) \(stamp.epoch.string)"
                if let previous = last[history], stamp.offset != previous &+ 1 {
                    print("line \(line): \(history) goes from \(previous) to \(stamp.offset)")
                }
                last[history] = stamp.offset
            }
        case .failure(let error): print("line \(line): \(error)")
        case .encrypted(let sealed):
            counts["(sealed)", default: 0] += 1; sizes["(sealed)", default: 0] += sealed.count
        case .legacyPing, .legacyPong: counts["(heartbeat)", default: 0] += 1
        }
    }
}
for (type, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
    print(count, type, "\(sizes[type, default: 0] / count) bytes each")
}
