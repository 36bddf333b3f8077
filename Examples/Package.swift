// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of every package; `Scripts/check` keeps the copies in step.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(path: "../Packages/WSEWire"),
        .package(path: "../Packages/WSEResilience"),
        .package(path: "../Packages/WSETransport"),
        .package(path: "../Packages/WSEClient"),
        .package(path: "../Packages/WSETestServer"),
    ],
    targets: [
        // The README's ten lines, word for word; `Scripts/check` compares them.
        .executableTarget(name: "ten-lines", dependencies: ["WSEClient"], swiftSettings: settings),
        // A server, a live feed, a cut and a resume in ten seconds; `Scripts/demo` runs it.
        .executableTarget(
            name: "demo", dependencies: ["Terminal", "WSEClient", "WSETestServer"], swiftSettings: settings),
        // Prices in a terminal.
        .executableTarget(name: "ticker", dependencies: ["Terminal", "WSEClient"], swiftSettings: settings),
        // Lines, and who is there.
        .executableTarget(name: "chat", dependencies: ["Terminal", "WSEClient"], swiftSettings: settings),
        // Goes on where it stopped, also after a crash.
        .executableTarget(
            name: "resumable-worker", dependencies: ["Terminal", "WSEClient"], swiftSettings: settings),
        // The model behind a SwiftUI view.
        .target(name: "PriceBoard", dependencies: ["WSEClient"], swiftSettings: settings),
        // The wire format alone.
        .executableTarget(
            name: "log-analyser", dependencies: ["Terminal", "WSEWire"], swiftSettings: settings),
        // A client of one's own.
        .executableTarget(
            name: "from-parts", dependencies: ["Terminal", "WSEResilience", "WSETransport", "WSEWire"],
            swiftSettings: settings),
        // What programs for the terminal have in common: arguments, output, Ctrl-C.
        .target(name: "Terminal", swiftSettings: settings),
        // The embedded server, told what to do by `Scripts/examples`.
        .executableTarget(
            name: "scripted-server", dependencies: ["Terminal", "WSETestServer"], swiftSettings: settings),
        .testTarget(
            name: "PriceBoardTests", dependencies: ["PriceBoard", "WSETestServer"], swiftSettings: settings),
    ]
)
