/// A way into a payload, spelled with dots; nothing is read before the last step.
///
/// Made by member access on a ``WSEPayload``: `payload.user.tags[0]` ends in a ``WSEValue``, or `nil`.
@dynamicMemberLookup
public struct PayloadPath: Sendable {
    let payload: WSEPayload
    let components: [WSEValue.PathComponent]

    /// One step further in.
    public subscript(dynamicMember key: String) -> PayloadPath {
        PayloadPath(payload: payload, components: components + [.key(key)])
    }

    /// The element at that index.
    public subscript(index: Int) -> WSEValue? {
        payload[path: components + [.index(index)]]
    }

    /// The member of that name.
    public subscript(key: String) -> WSEValue? {
        payload[path: components + [.key(key)]]
    }

    /// What is there; `nil` if the path leads nowhere.
    public var value: WSEValue? { payload[path: components] }
}
