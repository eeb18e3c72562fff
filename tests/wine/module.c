/* Test double of a vendor's PKCS#11 module for Windows: it has no tokens, and misbehaves as the variable
   INKAN_TEST_MODULE says: chatter, crash, hang, or starts (starts a program that never ends, then hangs). Never ship it. */

#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

typedef unsigned long CK_RV;
typedef CK_RV (*function)(void);

#define CKR_OK 0
#define CKR_FUNCTION_NOT_SUPPORTED 0x54

/* On Windows the standard packs its structures. */
#pragma pack(push, 1)
static struct {
    unsigned char major, minor;
    function functions[68];
} list = {2, 40, {0}};
#pragma pack(pop)

static int told(const char *word) {
    const char *words = getenv("INKAN_TEST_MODULE");
    return words != NULL && strcmp(words, word) == 0;
}

/* Every way in which a module may write to standard output: C's, by descriptor, and by the system's handle. */
static void chatter(void) {
    static const char text[] = "debug: \xff\xff\xff\xff\r\n";
    for (int count = 0; count < 1000; count++) {
        DWORD written;
        fputs(text, stdout);
        _write(1, text, sizeof text - 1);
        WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, sizeof text - 1, &written, NULL);
    }
    fflush(stdout);
}

static CK_RV initialize(void) {
    if (told("crash")) {
        volatile int *nothing = NULL;
        *nothing = 1;
    }
    if (told("starts")) {
        STARTUPINFOA how = {sizeof how};
        PROCESS_INFORMATION started;
        char command[] = "cmd.exe";
        CreateProcessA(NULL, command, NULL, NULL, TRUE, CREATE_NO_WINDOW | CREATE_SUSPENDED, NULL, NULL, &how, &started);
    }
    if (told("hang") || told("starts")) {
        /* So that a test knows that it hangs now. */
        CloseHandle(CreateFileA("C:\\hangs", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL));
        Sleep(INFINITE);
    }
    return CKR_OK;
}

static CK_RV ok(void) { return CKR_OK; }
static CK_RV unsupported(void) { return CKR_FUNCTION_NOT_SUPPORTED; }

static CK_RV get_info(void *info) {
    memset(info, ' ', 76);
    memset(info, 0, 2);
    return CKR_OK;
}

static CK_RV get_slot_list(unsigned char present, unsigned long *slots, unsigned long *count) {
    (void)present;
    (void)slots;
    *count = 0;
    return CKR_OK;
}

__declspec(dllexport) CK_RV C_GetFunctionList(void **result) {
    if (told("chatter")) {
        chatter();
    }
    for (int index = 0; index < 68; index++) {
        list.functions[index] = unsupported;
    }
    list.functions[0] = initialize;
    list.functions[1] = ok;
    list.functions[2] = (function)get_info;
    list.functions[3] = (function)C_GetFunctionList;
    list.functions[4] = (function)get_slot_list;
    *result = &list;
    return CKR_OK;
}
