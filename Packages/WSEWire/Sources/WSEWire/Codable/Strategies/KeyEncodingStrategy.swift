/// How the coding keys of a type become the keys of a payload.
public enum KeyEncodingStrategy: Sendable {
    /// They are the same.
    case useDefaultKeys
    /// `oneTwoThree` becomes `one_two_three`, `anURLString` becomes `an_url_string`.
    case convertToSnakeCase
    /// The last key of the path is the one to replace. The path holds the keys of the objects around it.
    case custom(@Sendable (_ codingPath: [any CodingKey]) -> any CodingKey)

    var isDefault: Bool {
        if case .useDefaultKeys = self { true } else { false }
    }
}
