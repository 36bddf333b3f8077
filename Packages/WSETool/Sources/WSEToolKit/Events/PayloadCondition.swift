internal import WSEWire

/// A condition on an event's payload, as in `price>100`, `side=buy`, `user.tags[0]!=x`, `limit`.
///
/// Numbers are compared as numbers and text as text; a member that is not there fulfils `!=` only. Without an operator the
/// member must be there and be neither `null` nor `false`. Text needs quotes, as JSON has them, only where it is empty,
/// begins with an operator, is JSON itself, or has blanks around it.
public struct PayloadCondition: Sendable, Hashable {
    enum Comparison: String, CaseIterable, Sendable {
        // The longer ones first, as they begin with the shorter ones.
        case notEqual = "!=", atLeast = ">=", atMost = "<=", equal = "=", above = ">", below = "<"
    }

    private let path: [WSEValue.PathComponent]
    private let comparison: Comparison?
    private let operand: WSEValue

    /// - Throws: ``ToolError`` with status `usage`, also for what could never hold.
    public init(_ text: String) throws(ToolError) {
        let operators = text.indices.lazy.compactMap { index in
            Comparison.allCases.first { text[index...].hasPrefix($0.rawValue) }.map { (index, $0) }
        }
        guard let (index, comparison) = operators.first else {
            path = try Self.path(text)
            self.comparison = nil
            operand = .null
            return
        }
        path = try Self.path(String(text[..<index]).trimmed)
        self.comparison = comparison
        operand = try Self.operand(
            String(text[index...].dropFirst(comparison.rawValue.count)).trimmed, of: comparison)
    }

    private static func operand(
        _ text: String, of comparison: Comparison
    ) throws(ToolError) -> WSEValue {
        guard !text.isEmpty else {
            throw ToolError(
                .usage, "there is nothing behind “\(comparison.rawValue)” in --where",
                advice: #"empty text is "", in quotes of the shell: 'side=""'"#)
        }
        guard !Comparison.allCases.contains(where: { text.hasPrefix($0.rawValue) }) else {
            throw ToolError(
                .usage, "“\(text.shown)” begins with an operator, behind “\(comparison.rawValue)” in --where",
                advice:
                    "the operators are = != > >= < <=; text that begins with one wants quotes: 'side=\"=x\"'")
        }
        // What is not JSON is text: side=buy needs no quotes.
        let value = (try? WSEValue(json: text)) ?? .string(text)
        let hasOrder = value.doubleValue != nil || value.stringValue != nil
        guard hasOrder || comparison == .equal || comparison == .notEqual else {
            throw ToolError(
                .usage, "“\(text.shown)” has no order, so nothing is “\(comparison.rawValue)” it, in --where")
        }
        return value
    }

    func holds(for payload: WSEPayload) -> Bool {
        let value = payload[path: path]
        guard let comparison else { return value.map { $0 != .null && $0 != .bool(false) } ?? false }
        guard let value else { return comparison == .notEqual }
        switch comparison {
        case .equal: return Self.areEqual(value, operand)
        case .notEqual: return !Self.areEqual(value, operand)
        case .above: return Self.order(value, operand) == 1
        case .below: return Self.order(value, operand) == -1
        case .atLeast: return Self.order(value, operand).map { $0 >= 0 } ?? false
        case .atMost: return Self.order(value, operand).map { $0 <= 0 } ?? false
        }
    }

    private static func areEqual(_ left: WSEValue, _ right: WSEValue) -> Bool {
        left == right || order(left, right) == 0
    }

    /// -1, 0 or 1; `nil` for what has no order.
    private static func order(_ left: WSEValue, _ right: WSEValue) -> Int? {
        switch (left, right) {
        // Exactly, where doubles would take neighbours for equal. What is unsigned does not fit the other.
        case (.int(let left), .int(let right)): return left < right ? -1 : left > right ? 1 : 0
        case (.uint(let left), .uint(let right)): return left < right ? -1 : left > right ? 1 : 0
        case (.int, .uint): return -1
        case (.uint, .int): return 1
        default: break
        }
        if let left = left.doubleValue, let right = right.doubleValue {
            return left < right ? -1 : left > right ? 1 : 0
        }
        if let left = left.stringValue, let right = right.stringValue {
            return left < right ? -1 : left > right ? 1 : 0
        }
        return nil
    }

    /// `a.b[0].c`
    private static func path(_ text: String) throws(ToolError) -> [WSEValue.PathComponent] {
        var path: [WSEValue.PathComponent] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            if let key = pieces.first, !key.isEmpty { path.append(.key(String(key))) }
            for piece in pieces.dropFirst() {
                guard piece.hasSuffix("]"), let index = Int(piece.dropLast()), index >= 0 else {
                    throw ToolError(.usage, "“\(text)” is no path into a payload")
                }
                path.append(.index(index))
            }
            guard !part.isEmpty else { throw ToolError(.usage, "“\(text)” is no path into a payload") }
        }
        return path
    }
}
