import Foundation

/// One contestant, one run: `Scripts/bench` starts them in turns and compares what they print.
@main
enum Main {
    private static func run(_ options: Options) async throws -> Report {
        switch options.contestant {
        case "receive": try await Receiving.offActor(options)
        case "mainactor": try await Receiving.onMainActor(options)
        case "typed": try await Receiving.typed(options)
        case "messages": try await Receiving.messages(options)
        case "topic-streams": try await Scale.streams(options)
        case "connections": try await Scale.connections(options)
        case "kept": try await Memory.kept(options)
        case "idle": try await Memory.idle(options)
        case "send": try await Sending.send(options)
        case "ping": try await RoundTrips.heartbeat(options)
        case "request": try await RoundTrips.request(options)
        case "connect": try await RoundTrips.connect(options)
        case "transport": try await TransportFrames.handler(options)
        case "floor-receive": try await Floor.receive(options)
        case "floor-send": try await Floor.send(options)
        case "floor-ping": try await Floor.ping(options)
        case "floor-request": try await Floor.request(options)
        case "floor-connect": try await Floor.connect(options)
        case "nio-receive": try await NIOReceiving.frames(options)
        case "foundation-receive": try await NIOReceiving.events(options)
        case "wire": try Wire.measure()
        case "crypto": try Crypto.measure()
        default: throw Broken("no such contestant: \(options.contestant)")
        }
    }

    static func main() async {
        // A peer that hangs up shall be an error, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            try await run(options).print()
        } catch {
            FileHandle.standardError.write(Data("bench-client: \(error)\n".utf8))
            exit(1)
        }
    }
}
