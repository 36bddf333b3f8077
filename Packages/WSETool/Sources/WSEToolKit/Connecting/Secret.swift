/// A token or key that the command was given: from a file, standard input or the environment. Never from the command line,
/// which every user of the machine can read in the list of processes.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let value: String

    var description: String { "(hidden)" }
    var customMirror: Mirror { Mirror(self, children: []) }

    /// - Parameters:
    ///   - file: A path, or `-` for standard input; goes before the environment.
    ///   - variable: The environment's variable.
    /// - Returns: `nil` if neither has one.
    /// - Throws: ``ToolError`` with status `noInput` or `dataError`.
    static func find(
        file: String?, variable: String, in console: Console
    ) throws(ToolError) -> Secret? {
        guard let file else {
            let value = (console.environment[variable] ?? "").trimmed
            return value.isEmpty ? nil : Secret(value: value)
        }
        let noun =
            switch variable {
            case "WSE_TOKEN": "the token"
            case "WSE_KEY": "the key"
            default: "the secret"
            }
        let bytes = file == "-" ? try console.readInput(for: noun) : try InputFile.path(file).read()
        guard let text = String(validating: bytes, as: UTF8.self)?.trimmed, !text.isEmpty else {
            throw ToolError(
                .dataError, "there is no \(noun.dropFirst(4)) in \(file == "-" ? "standard input" : file)")
        }
        return Secret(value: text)
    }
}

extension String {
    /// The text without blanks and line ends around it.
    var trimmed: String {
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }
}
