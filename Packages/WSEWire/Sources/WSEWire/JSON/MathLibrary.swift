// Converting floating-point numbers to integers makes the standard library's inlined code call `floor` and `trunc`.
// On Linux those live in libm, which nothing else brings in for a program that uses this package alone.
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
