import WSECrypto

/// Compares sealing and opening of messages with `openssl speed`, in turns within one run.
///
///     swift run -c release WSECryptoBenchmark
///
/// What `openssl speed -evp` does for each message besides encrypting it differs between versions: some continue
/// one endless message, 3.0.19 sets up key and nonce each time; none takes the tag. So the middle column does what a
/// message needs, nonce and tag, with nothing but calls to libcrypto and from one buffer to another. The difference
/// to the last column is what the package adds: locks, the nonce's bookkeeping, the frame, and the replay window
/// with frames that are not in the fastest cache.
@main
struct Benchmark {
    static let rounds = 5

    static func main() throws {
        print("MB/s, the best of \(rounds) rounds taken in turns; in brackets the ratio to `openssl speed`\n")
        print("operation   bytes    openssl speed    bare libcrypto     session cipher")
        var met = true
        for byteCount in [230, 65_536] {
            for direction in Direction.allCases {
                let row = try Row(direction, byteCount)
                print(row.description)
                met = met && row.ratio >= 0.8
            }
        }
        print(met ? "\nAll at least 0.8 of `openssl speed`." : "\nBelow 0.8 of `openssl speed`.")
    }
}

enum Direction: String, CaseIterable {
    case seal, open
}

/// One line of the table.
struct Row: CustomStringConvertible {
    let direction: Direction
    let byteCount: Int
    private var openssl = 0.0
    private var bare = 0.0
    private var session = 0.0

    init(_ direction: Direction, _ byteCount: Int) throws {
        self.direction = direction
        self.byteCount = byteCount
        for _ in 0..<Benchmark.rounds {
            openssl = max(openssl, try OpenSSLSpeed.measure(direction, byteCount: byteCount))
            bare = max(bare, try BareLibcrypto(byteCount: byteCount).measure(direction))
            session = max(session, try SessionMessages(byteCount: byteCount).measure(direction))
        }
    }

    var ratio: Double { session / openssl }

    var description: String {
        "\(pad(direction.rawValue, -9)) \(pad("\(byteCount)", 7)) \(pad(whole(openssl), 16))"
            + " \(pad("\(whole(bare)) (\(hundredths(bare / openssl)))", 17))"
            + " \(pad("\(whole(session)) (\(hundredths(ratio)))", 18))"
    }

    private func whole(_ number: Double) -> String { "\(Int(number.rounded()))" }

    private func hundredths(_ number: Double) -> String {
        let value = Int((number * 100).rounded())
        return "\(value / 100).\(value % 100 < 10 ? "0" : "")\(value % 100)"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        let space = String(repeating: " ", count: max(abs(width) - text.count, 0))
        return width < 0 ? text + space : space + text
    }
}
