internal import WSETestServer

/// The command line of the program; options that `wse serve` has as well mean the same there.
struct Arguments {
    var host = "127.0.0.1"
    var port = 8_765
    var secretFile: String?
    var topics: [String] = []
    var rate = 10.0
    /// Seconds.
    var cutEvery: Double?
    /// Events of a connection.
    var cutAfter: Int?
    var dialect = WSETestServer.Dialect.current
    /// Probabilities.
    var drop = 0.0
    var duplicate = 0.0
    var reorder = 0.0
    var seed: UInt64 = 1
    var mode = Mode.serve

    enum Mode {
        case serve, makeToken, help
    }

    /// What is wrong with the command line.
    struct Failure: Error {
        let message: String
    }

    init(_ words: some Sequence<String>) throws(Failure) {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            var (name, attached): (String, String?) = (word, nil)
            if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
                (name, attached) = (String(word[..<equals]), String(word[word.index(after: equals)...]))
            }
            func value() throws(Failure) -> String {
                guard let value = attached ?? words.popFirst() else {
                    throw Failure(message: "\(name) wants a value")
                }
                return value
            }
            switch name {
            case "--host": host = try value()
            case "--port": port = try Self.number(name, value(), 0...65_535)
            case "--secret":
                throw Failure(
                    message: "a secret on the command line can be read by every user of this machine; "
                        + "put it into WSE_SECRET or a file, and name that with --secret-file")
            case "--secret-file": secretFile = try value()
            case "--topics": topics = try value().split(separator: ",").map(String.init)
            case "--rate": rate = try Self.number(name, value(), 0.001...1_000_000)
            case "--cut-every": cutEvery = try Self.number(name, value(), 0.001...1_000_000)
            case "--cut-after": cutAfter = try Self.number(name, value(), 1...1_000_000_000)
            case "--drop": drop = try Self.number(name, value(), 0...1)
            case "--duplicate": duplicate = try Self.number(name, value(), 0...1)
            case "--reorder": reorder = try Self.number(name, value(), 0...1)
            case "--seed": seed = try Self.number(name, value(), 0...UInt64.max)
            case "--dialect": dialect = try Self.dialect(name, value())
            case "--make-token": mode = .makeToken
            case "--help", "-h": mode = .help
            default: throw Failure(message: "\(word) is no option")
            }
        }
    }

    /// What happens to events on their way to clients.
    var faults: FaultScript {
        var script = FaultScript(seed: seed).on(.chance(drop), .drop).on(.chance(duplicate), .duplicate())
            .on(.chance(reorder), .reorder(by: 1))
        if let cutAfter { script = script.on(.frame(cutAfter), .cut()) }
        return script
    }

    private static func number<Number: LosslessStringConvertible & Comparable>(
        _ name: String, _ text: String, _ range: ClosedRange<Number>
    ) throws(Failure) -> Number {
        guard let number = Number(text), range.contains(number) else {
            throw Failure(message: "\(name) wants a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func dialect(_ name: String, _ text: String) throws(Failure) -> WSETestServer.Dialect {
        switch text {
        case "2.5.1": return .current
        case "2.0.1": return .prefixed
        default: throw Failure(message: "\(name) wants 2.5.1 or 2.0.1")
        }
    }

    static let help = """
        USAGE: wse-test-server [options]

        Serves a live demo feed over the WSE protocol until it is interrupted. It answers
        `echo`, and publishes what clients send as `publish` with topic, type and payload.

          --host HOST          address to listen on (default 127.0.0.1)
          --port PORT          port to listen on; 0 takes a free one (default 8765)
          --secret-file FILE   ask clients for an HS256 token under the secret in it
                               (default: the environment's WSE_SECRET, or no token)
          --topics A,B         topics of the feed; market.*, weather.* and load.* have
                               values of their kind (default: five topics)
          --rate N             events per second, of all topics together (default 10)
          --cut-every SECONDS  cut all connections every so many seconds
          --cut-after N        cut each connection after so many events
          --drop P             lose each event with this probability, 0 to 1
          --duplicate P        send each event twice with this probability
          --reorder P          send each event after the next one with this probability
          --seed N             the same seed gives the same faults and values (default 1)
          --dialect VERSION    the published server to behave like, 2.5.1 or 2.0.1
          --make-token         print a token for the secret, valid for a day, and end
          --help               print this and end

        EXIT CODES: 0 interrupted; 64 the command line makes no sense; 66 the secret's
        file cannot be read; 69 the address cannot be had

        EXAMPLES:
          wse-test-server --rate 100 --cut-every 5
          wse-test-server --drop 0.01 --reorder 0.05 --seed 7
          WSE_SECRET=… wse-test-server --port 9000
          wse-test-server --secret-file secret --make-token
        """
}
