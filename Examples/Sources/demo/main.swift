// A server, a live feed, a cut and a resume in ten seconds.
//
//   swift run demo [--quick]
import Terminal
import WSETestServer

await runProgram("demo [--quick]", arguments: 0...1, options: ["--quick"]) { arguments in
    let interruption = Interruption()
    let secret = "demo-secret-of-at-least-32-bytes"
    var configuration = WSETestServer.Configuration()
    configuration.authentication = .token(secret: secret)
    let isClean = try await withWSETestServer(configuration: configuration) { server in
        let demo = Demo(
            options: Options(arguments), server: server,
            token: JSONWebToken.make(subject: "demo", secret: secret, lifetime: .seconds(60)))
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask { try await demo.run() }
            group.addTask {
                await interruption.wait()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
    if isClean == false { throw Failure("not as it should be") }
}
