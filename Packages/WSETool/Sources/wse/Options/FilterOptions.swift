internal import ArgumentParser
internal import WSEToolKit

/// Which events to show.
struct FilterOptions: ParsableArguments {
    @Option(
        name: .customLong("type"),
        help: ArgumentHelp(
            "Only events of this type; * stands for anything. May be given again.", valueName: "type"))
    var types: [String] = []

    @Option(
        name: .customLong("not-type"),
        help: ArgumentHelp("No events of this type. May be given again.", valueName: "type"))
    var excludedTypes: [String] = []

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only events whose payload fulfils this: price>100, side=buy, user.tags[0]!=x, limit, note=\"\".",
            valueName: "condition"
        ))
    var conditions: [String] = []

    /// - Throws: ``ToolError`` for a condition that is none.
    func filter() throws(ToolError) -> EventFilter {
        var filter = EventFilter()
        filter.types = types
        filter.excludedTypes = excludedTypes
        filter.conditions = try conditions.map { (text) throws(ToolError) in try PayloadCondition(text) }
        return filter
    }
}
