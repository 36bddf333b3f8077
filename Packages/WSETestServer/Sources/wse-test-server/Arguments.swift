internal import WSETestServer

/// The command line of the program.
struct Arguments {
    var host = "127.0.0.1"
    var port = 8_765
    var secret: String?
    var topics: [String] = []
    var rate = 10.0
    var cutAfter: Double?
    var isPrefixed = false
    /// Probabilities.
    var drop = 0.0
    var duplicate = 0.0
    var reorder = 0.0
    var seed: UInt64 = 1
    var mode = Mode.serve

    enum Mode {
        case serve, token, help
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
            case "--secret": secret = try value()
            case "--topics": topics = try value().split(separator: ",").map(String.init)
            case "--rate": rate = try Self.number(name, value(), 0.001...1_000_000)
            case "--cut-after": cutAfter = try Self.number(name, value(), 0.001...1_000_000)
            case "--drop": drop = try Self.number(name, value(), 0...1)
            case "--duplicate": duplicate = try Self.number(name, value(), 0...1)
            case "--reorder": reorder = try Self.number(name, value(), 0...1)
            case "--seed": seed = try Self.number(name, value(), 0...UInt64.max)
            case "--prefixed": isPrefixed = true
            case "--token": mode = .token
            case "--help", "-h": mode = .help
            default: throw Failure(message: "\(word) is no option")
            }
        }
    }

    /// What happens to events on their way to clients.
    var faults: FaultScript {
        FaultScript(seed: seed).on(.chance(drop), .drop).on(.chance(duplicate), .duplicate())
            .on(.chance(reorder), .reorder(by: 1))
    }

    private static func number<Number: LosslessStringConvertible & Comparable>(
        _ name: String, _ text: String, _ range: ClosedRange<Number>
    ) throws(Failure) -> Number {
        guard let number = Number(text), range.contains(number) else {
            throw Failure(message: "\(name) wants a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static let help = """
        USAGE: wse-test-server [options]

        Serves a live demo feed over the WSE protocol until it is interrupted.

          --host HOST          address to listen on (default 127.0.0.1)
          --port PORT          port to listen on; 0 takes a free one (default 8765)
          --secret SECRET      ask clients for an HS256 token under this secret
                               (default: the environment's WSE_SECRET, or no token)
          --topics A,B         topics of the feed; market.*, weather.* and load.* have
                               values of their kind (default: five topics)
          --rate N             events per second, of all topics together (default 10)
          --cut-after SECONDS  cut all connections every so many seconds
          --drop P             lose each event with this probability, 0 to 1
          --duplicate P        send each event twice with this probability
          --reorder P          send each event after the next one with this probability
          --seed N             the same seed gives the same faults and values (default 1)
          --prefixed           behave as wse-server 2.0.1 instead of 2.5.1
          --token              print a token for the secret, valid for a day, and end
          --help               print this and end

        EXAMPLES:
          wse-test-server --rate 100 --cut-after 5
          wse-test-server --drop 0.01 --reorder 0.05 --seed 7
          WSE_SECRET=top-secret wse-test-server --port 9000
          WSE_SECRET=top-secret wse-test-server --token
        """
}
