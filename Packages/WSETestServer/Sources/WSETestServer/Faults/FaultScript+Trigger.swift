extension FaultScript {
    /// Which frames a rule acts on.
    public struct Trigger: Sendable, Hashable {
        enum Value: Sendable, Hashable {
            case frames(ClosedRange<Int>)
            case every(Int)
            case chance(Double)
            case type(String)
            case topic(String)
        }

        let value: Value

        /// The frame of that number, from 1.
        public static func frame(_ number: Int) -> Trigger { Trigger(value: .frames(number...number)) }
        /// The frames of those numbers, from 1.
        public static func frames(_ numbers: ClosedRange<Int>) -> Trigger { Trigger(value: .frames(numbers)) }
        /// Each frame whose number is a multiple; below 1, no frame.
        public static func every(_ count: Int) -> Trigger { Trigger(value: .every(count)) }
        /// Any frame with a probability from 0 to 1.
        public static func chance(_ probability: Double) -> Trigger { Trigger(value: .chance(probability)) }
        /// The frames with a message of a type. Not those that the test gave as text or bytes.
        public static func type(_ type: String) -> Trigger { Trigger(value: .type(type)) }
        /// The publications to a topic.
        public static func topic(_ topic: String) -> Trigger { Trigger(value: .topic(topic)) }
        /// All frames.
        public static let all = Trigger(value: .every(1))

        func matches(_ frame: OutboundFrame, number: Int, random: inout SeededGenerator) -> Bool {
            switch value {
            case .frames(let numbers): numbers.contains(number)
            case .every(let count): count > 0 && number % count == 0
            case .chance(let probability): random.fraction() < probability
            case .type(let type): frame.type == type
            case .topic(let topic): frame.topic == topic
            }
        }
    }
}
