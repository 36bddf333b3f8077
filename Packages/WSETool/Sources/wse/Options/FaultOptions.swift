internal import ArgumentParser
internal import WSEToolKit

/// What goes wrong with the embedded server. Events are counted for each connection.
struct FaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Lose each event with this probability, 0 to 1.", valueName: "probability"))
    var drop = 0.0

    @Option(help: ArgumentHelp("Send each event twice with this probability.", valueName: "probability"))
    var duplicate = 0.0

    @Option(
        help: ArgumentHelp(
            "Send each event after the next one with this probability.", valueName: "probability"))
    var reorder = 0.0

    @Option(help: ArgumentHelp("Damage each event with this probability.", valueName: "probability"))
    var corrupt = 0.0

    @Option(
        help: ArgumentHelp("End all connections without a goodbye, every so often.", valueName: "seconds"))
    var cutEvery: Double?

    @Option(
        help: ArgumentHelp("End each connection without a goodbye after so many events.", valueName: "events")
    )
    var cutAfter: Int?

    @Option(help: ArgumentHelp("Close each connection after so many events.", valueName: "events"))
    var closeAfter: Int?

    @Option(help: ArgumentHelp("The code to close with.", valueName: "code"))
    var closeCode: UInt16 = 1_011

    @Option(help: ArgumentHelp("Go silent after so many events, with TCP open.", valueName: "events"))
    var stallAfter: Int?

    @Option(
        help: ArgumentHelp(
            "Wait before each event that nothing else happens to; those behind it wait, too.",
            valueName: "seconds"))
    var delay = 0.0

    @Option(
        name: .customLong("fault"),
        help: ArgumentHelp(
            "Do something to some events, as in every=10:drop; see above. May be given again; the first that fits acts.",
            valueName: "which:what"))
    var rules: [String] = []

    @Option(help: "Which frames all these count and hit.")
    var faultFrames = ServerSettings.Frames.application

    @Option(
        name: .customLong("deny"),
        help: ArgumentHelp(
            "Refuse subscriptions to this topic; * stands for anything. May be given again.",
            valueName: "topic"))
    var deniedTopics: [String] = []

    @Option(help: ArgumentHelp("Refuse so many of the first requests to connect.", valueName: "number"))
    var refuse = 0

    @Option(
        help: ArgumentHelp(
            "What those get: an HTTP status, hang-up, or silence.", valueName: "status"))
    var refuseWith = "503"

    @Option(help: ArgumentHelp("The same seed gives the same faults and values.", valueName: "number"))
    var seed: UInt64 = 1

    func apply(to settings: inout ServerSettings) {
        settings.drop = drop
        settings.duplicate = duplicate
        settings.reorder = reorder
        settings.corrupt = corrupt
        settings.cutEverySeconds = cutEvery
        settings.cutAfterEvents = cutAfter
        settings.closeAfterEvents = closeAfter
        settings.closeCode = closeCode
        settings.stallAfterEvents = stallAfter
        settings.delay = delay
        settings.rules = rules
        settings.frames = faultFrames
        settings.deniedTopics = deniedTopics
        settings.refuse = refuse
        settings.refusal = refuseWith
        settings.seed = seed
    }
}
