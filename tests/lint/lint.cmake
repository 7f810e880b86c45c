# Lints: rules of the tree, each a test with a name. They read sources and built
# files and change nothing.
set(TW_LINT ${CMAKE_CURRENT_LIST_DIR})

function(tw_add_lint name)
	add_test(NAME lint_${name} COMMAND sh ${TW_LINT}/${name}.sh ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
	set_tests_properties(lint_${name} PROPERTIES TIMEOUT 300)
endfunction()

tw_add_lint(includes)
tw_add_lint(only_here)
tw_add_lint(tree)
tw_add_lint(tokens)
tw_add_lint(sizes)
tw_add_lint(headers ${CMAKE_C_COMPILER})
if(NOT TW_SANITIZE)
	tw_add_lint(exports ${CMAKE_BINARY_DIR}/plugins)
	tw_add_lint(statics $<TARGET_FILE:thalweg>)
	add_test(NAME integration_install
		COMMAND sh ${CMAKE_CURRENT_LIST_DIR}/../integration/install.sh ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}
		${CMAKE_COMMAND} ${CMAKE_C_COMPILER})
	set_tests_properties(integration_install PROPERTIES TIMEOUT 300)
endif()
