# thalweg_add_plugin(NAME source...): one plugin, NAME.so, from sources that use
# the SDK's headers alone. -z defs proves that it links nothing of the engine.
# Libraries of its own: target_link_libraries(NAME PRIVATE ...) as usual.
function(thalweg_add_plugin name)
	add_library(${name} MODULE ${ARGN})
	target_link_libraries(${name} PRIVATE Thalweg::sdk)
	set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden
		C_STANDARD 11 C_STANDARD_REQUIRED ON POSITION_INDEPENDENT_CODE ON)
	target_link_options(${name} PRIVATE -Wl,-z,defs -Wl,-z,relro -Wl,-z,now)
	# ASan's and UBSan's descriptions of places are writable data, which the loader
	# refuses: heap and stack are still watched, and undefined behaviour traps.
	if(TW_SANITIZE MATCHES "address" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
		target_compile_options(${name} PRIVATE --param=asan-globals=0 -fsanitize-undefined-trap-on-error)
	endif()
	if(THALWEG_PLUGIN_OUTPUT)
		set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${THALWEG_PLUGIN_OUTPUT})
	endif()
	if(THALWEG_PLUGINDIR)
		install(TARGETS ${name} LIBRARY DESTINATION ${THALWEG_PLUGINDIR} COMPONENT plugins)
	endif()
endfunction()
