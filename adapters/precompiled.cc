// Holds nothing: owner of the precompiled headers of the rooms of commands (CMakeLists.txt).
