// Holds nothing: owner of the precompiled headers of the rooms (CMakeLists.txt).
