/// How text is marked on a terminal; elsewhere it is not.
public struct TextStyle: Sendable, Hashable {
    /// Whether marks are written at all.
    public var isColored: Bool

    public init(isColored: Bool) {
        self.isColored = isColored
    }

    /// Colours only on terminals that can, and only if `NO_COLOR` is not set (no-color.org).
    public init(isTerminal: Bool, environment: [String: String]) {
        isColored =
            isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    func bold(_ text: String) -> String { marked(text, "1") }
    func dim(_ text: String) -> String { marked(text, "2") }
    func red(_ text: String) -> String { marked(text, "31") }
    func green(_ text: String) -> String { marked(text, "32") }
    func yellow(_ text: String) -> String { marked(text, "33") }
    func cyan(_ text: String) -> String { marked(text, "36") }

    private func marked(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
