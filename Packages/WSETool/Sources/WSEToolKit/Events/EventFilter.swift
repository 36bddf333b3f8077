internal import WSEWire

/// Which events a person wants to see.
public struct EventFilter: Sendable, Hashable {
    /// Types, in which `*` stands for anything; without any, all.
    public var types: [String] = []
    /// Types that are left out.
    public var excludedTypes: [String] = []
    /// All of them must hold.
    public var conditions: [PayloadCondition] = []

    public init() {}

    func admits(_ event: WSEEvent) -> Bool {
        let type = event.type
        if !types.isEmpty, !types.contains(where: { Self.matches(type, $0) }) { return false }
        if excludedTypes.contains(where: { Self.matches(type, $0) }) { return false }
        return conditions.allSatisfy { $0.holds(for: event.payload) }
    }

    /// Whether a pattern with `*` fits all of the text.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.unicodeScalars), Array(pattern.unicodeScalars))
        var (at, wanted) = (0, 0)
        // Where to go back to when what follows the last star does not fit.
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if wanted < pattern.count, pattern[wanted] == "*" {
                star = (wanted, at)
                wanted += 1
            } else if wanted < pattern.count, pattern[wanted] == text[at] {
                at += 1
                wanted += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                at = last.text + 1
                wanted = last.pattern + 1
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == "*" }
    }
}
