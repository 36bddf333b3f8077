// The embedded server, told on standard input what to do; `Scripts/examples` runs the other examples against it. A test in
// Swift has no use for it: it starts a `WSETestServer` and calls that.
//
//   swift run scripted-server [history=PUBLICATIONS] [pings=MILLISECONDS] [secret=SECRET] [silent]
//
// It shows its URL, and then a line for each command: an answer, or `failed` and why. It refuses the topic `forbidden`, and
// events of the type `unseen` are lost on their way, though not when they are replayed.
import Terminal
import WSETestServer

/// A command line, word by word.
struct Command {
    private var rest: Substring

    init(_ line: String) {
        rest = line[...]
    }

    mutating func word() throws -> String {
        rest = rest.drop { $0 == " " }
        let word = rest.prefix { $0 != " " }
        guard !word.isEmpty else { throw Failure("a word is missing") }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    mutating func number() throws -> Int {
        let word = try word()
        guard let number = Int(word) else { throw Failure("\(word) is no number") }
        return number
    }

    /// All that is left.
    var text: String { String(rest.drop { $0 == " " }) }
}

func configuration(_ arguments: [String]) throws -> WSETestServer.Configuration {
    var configuration = WSETestServer.Configuration()
    configuration.acceptsTopic = { topic, _ in topic != "forbidden" }
    for argument in arguments {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        switch (parts.first, parts.last, parts.last.flatMap { Int($0) }) {
        case ("history", _, let count?): configuration.historyCapacity = count
        case ("pings", _, let milliseconds?):
            configuration.heartbeat.pingInterval = .milliseconds(milliseconds)
        case ("silent", _, _): configuration.authentication = .silent
        case ("secret", let secret?, _): configuration.authentication = .token(secret: secret)
        default: throw Failure("\(argument) is no option")
        }
    }
    return configuration
}

/// Does what a line says.
func perform(_ line: String, _ server: WSETestServer) async throws -> String {
    var command = Command(line)
    switch try command.word() {
    case "publish":
        let (topic, type) = (try command.word(), try command.word())
        return "\(try server.publish(type, WSEValue(json: command.text), to: topic))"
    case "broadcast": server.broadcastText(command.text)
    case "cut": server.cutAll()
    case "stall": server.stallAll()
    case "close": server.closeAll(code: UInt16(clamping: try command.number()))
    case "down": await server.takeDown()
    case "up": try await server.bringUp(try command.word() == "keep" ? .keep : .forget)
    // Who is subscribed, once so many are.
    case "subscribers":
        let (topic, count) = (try command.word(), try command.number())
        while server.subscribers(of: topic).count != count { try await Task.sleep(for: .milliseconds(5)) }
    // How the connection of that number ended, once it has.
    case "end":
        let number = try command.number()
        guard let connection = server.allConnections.first(where: { $0.number == number }) else {
            throw Failure("there was no connection \(number)")
        }
        return "\(try await connection.ended(within: .seconds(30)))"
    // The payload of the next message of a type.
    case "message":
        let message = try await server.nextMessage(ofType: command.word(), within: .seconds(30))
        return "\(message.payload?.value ?? .null)"
    case "token": return JSONWebToken.make(subject: "examples", secret: command.text, lifetime: .seconds(600))
    default: throw Failure("\(line) is no command")
    }
    return "done"
}

await runProgram("scripted-server [OPTION=VALUE…]", arguments: 0...) { arguments in
    try await withWSETestServer(configuration: configuration(arguments)) { server in
        server.relayPublications()
        server.inject(FaultScript(frames: .publications).on(.type("unseen"), .drop))
        try show(server.url)
        for await line in TypedLines() {
            do {
                try show(try await perform(line, server))
            } catch let error as OutputClosed {
                throw error
            } catch {
                try show("failed: \(error)")
            }
        }
    }
}
